import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { button, field, inHaste, text, type, untilState, untilStep, violations, visit } from '../browser/visit.js';

const query = '?lab=grpo&preset=collapse&validationEvery=10&steps=20&replicas=2&engine=cpu';
const list = (page: Page) => page.getByRole('region', { name: text('runs.title') }).getByRole('listitem');

async function run(page: Page): Promise<void> {
  await button(page, 'run.run').click();
  await untilStep(page, 1);
  await untilState(page, 'finished');
}

async function twoRuns(page: Page): Promise<void> {
  await run(page);
  await type(page, 'learningRate', '1e-3');
  await field(page, 'learningRate').blur();
  await run(page);
  await expect.poll(() => list(page).count()).toBe(2);
}

test('a run is named, noted and coloured, which a reload keeps', async () => {
  const { page } = await visit(query, inHaste());
  await run(page);
  await page.getByText(text('run.edit')).click();
  await page.getByRole('textbox', { name: text('run.name') }).fill('The timid one');
  await page.getByRole('textbox', { name: text('run.note') }).fill('Shown on Monday');
  await page.getByRole('radio', { name: text('run.color', { number: 7 }) }).check();
  await button(page, 'table.pin').click();
  await expect.poll(() => list(page).first().locator('.name').innerText()).toContain('The timid one');
  await page.waitForTimeout(1500);
  await page.reload();
  await list(page).first().getByText('The timid one').waitFor();
  await page.getByText(text('run.edit')).click();
  expect(await page.getByRole('textbox', { name: text('run.note') }).inputValue()).toBe('Shown on Monday');
  expect(await page.getByRole('radio', { name: text('run.color', { number: 7 }) }).isChecked()).toBe(true);
  expect(await violations(page)).toEqual([]);
});

test('the table finds, sorts, compares as Markdown, removes and brings back', async () => {
  const { page } = await visit(query, { ...inHaste(), permissions: ['clipboard-read', 'clipboard-write'] });
  await twoRuns(page);
  await page.getByRole('button', { name: text('table.open', { count: 2 }) }).click();
  const table = page.getByRole('dialog', { name: text('table.title') });
  const names = () => table.locator('tbody .name').allInnerTexts();
  expect((await names()).map((name) => name.includes('1e-3'))).toEqual([true, false]);
  const rate = table.getByRole('columnheader', { name: text('parameter.learningRate') });
  await rate.getByRole('button').click();
  expect(await rate.getAttribute('aria-sort')).toBe('descending');
  expect((await names()).map((name) => name.includes('1e-3'))).toEqual([false, true]);
  await table.getByRole('searchbox').fill('optim.lr=');
  await expect.poll(() => names()).toHaveLength(0);
  await table.getByRole('searchbox').fill('learningRate');
  await expect.poll(() => names()).toHaveLength(1);
  await table.getByRole('searchbox').fill('');

  const ticks = table.locator('tbody input[type=checkbox]');
  await ticks.first().check();
  await button(page, 'table.baseline').click();
  await table.locator('tbody').getByText(text('table.isBaseline')).waitFor();
  await ticks.nth(1).click({ modifiers: ['Shift'] });
  expect(await table.locator('tbody input:checked').count()).toBe(2);
  await button(page, 'table.compare').click();
  const comparison = table.getByRole('region', { name: text('compare.title') }).first();
  expect(await comparison.innerText()).toMatch(/3e-3\s+1e-3/);
  expect(await violations(page)).toEqual([]);
  await button(page, 'compare.copy').click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const rows = copied.split('\n').map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
  expect(rows.every((cells) => cells.length === 3)).toBe(true);
  expect(copied).toMatch(/\| Learning rate \| 3e-3 \| 1e-3 \|/);
  expect(copied).toMatch(/\([+−]\d.* ± .*\)/);

  await button(page, 'table.remove').click();
  await expect.poll(() => names()).toHaveLength(0);
  await page.getByRole('button', { name: text('table.undo', { count: 2 }) }).click();
  await expect.poll(() => names()).toHaveLength(2);
});
