import { expect, test } from 'vitest';
import { button, text, visit } from './visit.js';

const own = (id: string, values?: Parameters<typeof text>[1]): string => text(id, values, 'en', 'pointer');

test('two recipes are compared, one difference at a time, and the pool of a query is shown', async () => {
  const { page } = await visit('?lab=pointer&preset=v2&engine=cpu');
  const tool = page.getByRole('region', { name: own('differences.title') });
  await tool.getByText('Label smoothing', { exact: true }).waitFor();
  // What cannot train together has a button of its own.
  expect(await tool.getByRole('button', { name: own('differences.tryAlone') }).count()).toBe(3);

  const rate = tool.getByRole('textbox', { name: own('differences.value', { knob: own('parameter.learningRate') }) });
  await rate.fill('fast');
  await tool.getByText('“fast” is not a number').waitFor();
  await rate.fill('×10');
  await tool.getByRole('spinbutton', { name: own('differences.seeds') }).fill('3');
  await tool.getByRole('button', { name: own('differences.start', { runs: 5 }) }).click();
  const row = tool.getByRole('row').filter({ hasText: 'Learning rate 3e-3' });
  await row.getByText('3 of 3 seeds').waitFor({ timeout: 120_000 });
  await tool.getByRole('row').filter({ hasText: 'Dropout 0.5' }).getByText('0 of 3 seeds').waitFor();
  expect(await row.innerText()).toMatch(/0\.8\d\d ± 0\.0\d\d\s+\+0\.0\d\d ± 0\.\d\d\d/);

  // What has to train on its own joins the table, over the same seeds.
  await tool.getByRole('row').filter({ hasText: 'Batch size' }).getByRole('button').click();
  await tool.getByRole('row').filter({ hasText: 'Batch size 64' }).getByText('0 of 3 seeds').waitFor({ timeout: 60_000 });
  await row.getByText('3 of 3 seeds').waitFor();

  const pool = page.getByRole('region', { name: own('pool.title', { step: 40 }) });
  await pool.getByText(own('inspect.position', { item: own('pool.item'), index: 1, count: 400 })).waitFor();
  await pool.getByRole('button', { name: own('inspect.next', { item: own('pool.item') }) }).click();
  await pool.getByText(own('inspect.position', { item: own('pool.item'), index: 2, count: 400 })).waitFor();
  expect(await pool.getByRole('row').count()).toBe(11);
  await button(page, 'run.run').waitFor();
});
