import { expect, test } from 'vitest';
import { button, text, visit } from './visit.js';

test('the bench runs nothing before a click, measures the engines, and gives its table as Markdown', async () => {
  const { page } = await visit('?bench');
  await button(page, 'bench.run.quick').waitFor();
  expect(page.workers()).toEqual([]);

  await button(page, 'bench.run.quick').press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(text('bench.stop'));
  const steps = page.getByRole('region', { name: text('bench.table.steps') });
  await steps.getByRole('cell', { name: 'reference-wasm', exact: true }).first().waitFor({ timeout: 120_000 });
  await button(page, 'bench.stop').click();
  await button(page, 'bench.run').waitFor();
  await expect.poll(() => page.workers(), { timeout: 20_000 }).toEqual([]);

  const markdown = await page.getByRole('textbox', { name: text('bench.markdown') }).inputValue();
  expect(markdown).toMatch(/\| running-sum +\| n 4, R 1 +\| reference-wasm +\| [\d.]+ /);
  expect(markdown).toMatch(/\| running-sum +\| n 4, R 1 +\| reference-webgpu +\| [\d.]+ /);
});
