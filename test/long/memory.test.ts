import type { CDPSession } from 'playwright';
import { expect, test } from 'vitest';
import { button, chart, inHaste, text, visit } from '../browser/visit.js';

/** What the page holds once nothing that can go is left, bytes. */
async function heldBytes(client: CDPSession): Promise<number> {
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = NaN } = (await client.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  return usedSize + backingStorageSize;
}

test('200 runs, one after the other, take no more memory than their records', async ({ annotate }) => {
  const { page } = await visit('?lab=reward-model&steps=2&validationEvery=0', inHaste());
  const client = await page.context().newCDPSession(page);
  const train = (runs: number): Promise<void> =>
    page.evaluate(async (count) => {
      const state = (): string => document.querySelector('.status')?.textContent ?? '';
      const frame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
      for (let i = 0; i < count; i++) {
        document.querySelector<HTMLButtonElement>('.run-controls button')!.click();
        do await frame();
        while (!/finished/.test(state()));
      }
    }, runs);
  await button(page, 'run.run').waitFor();
  await train(20);
  await page.waitForTimeout(3000);
  const before = await heldBytes(client);
  const began = performance.now();
  await train(180);
  await page.waitForTimeout(3000);
  const perRun = (await heldBytes(client) - before) / 180;
  await annotate(`${(perRun / 1000).toFixed(1)} KB a run; ${((performance.now() - began) / 180).toFixed(0)} ms a run`);
  expect(perRun).toBeLessThan(40_000);

  // What was let go is read again where it is looked at.
  const oldest = page.getByRole('region', { name: text('runs.title') }).getByRole('listitem').last();
  await oldest.locator('.name').click();
  await expect.poll(() => chart(page, 'gradNorm', 'reward-model').getAttribute('aria-label')).toMatch(/last .* \(step 2\)/);
});
