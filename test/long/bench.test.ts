import { expect, test } from 'vitest';
import { button, text, visit } from '../browser/visit.js';

test('the bench runs nothing before a click, measures the engines, and gives its table as Markdown', async () => {
  const { page } = await visit('?bench');
  await button(page, 'bench.run.quick').waitFor();
  expect(page.workers()).toEqual([]);

  await button(page, 'bench.run.quick').press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(text('bench.stop'));
  const steps = page.getByRole('region', { name: text('bench.table.steps') });
  await steps.getByRole('cell', { name: 'reference-wasm', exact: true }).first().waitFor({ timeout: 120_000 });
  const kernels = page.getByRole('region', { name: text('bench.table.kernels') });
  await kernels.getByRole('columnheader', { name: text('bench.kernel.backward'), exact: true }).waitFor();
  await button(page, 'bench.stop').click();
  await button(page, 'bench.run').waitFor();
  await expect.poll(() => page.workers(), { timeout: 20_000 }).toEqual([]);

  const markdown = await page.getByRole('textbox', { name: text('bench.markdown') }).inputValue();
  expect(markdown).toMatch(/\| running-sum +\| n 4, R 1 +\| reference-wasm +\| [\d.]+ /);
  expect(markdown).toMatch(/\| running-sum +\| n 4, R 1 +\| reference-webgpu +\| [\d.]+ /);
  // Chromium's software adapter has timestamps: every kernel of a step took some time.
  const row = new RegExp(`${text('bench.column.allKernels')} +\\|\n[|-]+\n\\| running-sum +\\| n 4, R 1 +((?:\\| [\\d.]+ +)+)\\|`).exec(markdown);
  const times = row![1]!.split('|').slice(1).map(Number);
  expect(times).toHaveLength(11);
  expect(times.at(-1)).toBeGreaterThan(1);
});
