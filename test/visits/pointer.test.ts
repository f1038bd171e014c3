import { expect, test } from 'vitest';
import { button, field, inHaste, text, type, visit } from '../browser/visit.js';

const own = (id: string, values?: Parameters<typeof text>[1]): string => text(id, values, 'en', 'pointer');

test('two recipes are compared, one difference at a time, and the pool of a query is shown', async () => {
  const { page } = await visit('?lab=pointer&preset=v2&engine=cpu', inHaste());
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

test('what is tried leaves the settings as they are, the tool where it is, and its results as the lab changes', async () => {
  const { page } = await visit('?lab=pointer&preset=v2&learningRate=1e-2&epochs=1&engine=cpu', inHaste());
  const tool = page.getByRole('region', { name: own('differences.title') });
  const [base, other] = ['differences.base', 'differences.other'].map((id) => tool.getByRole('combobox', { name: own(id) }));
  const start = tool.getByRole('button', { name: /^Try one at a time/ });
  await base!.selectOption(own('preset.pointer.v2'));
  expect(await start.innerText()).toBe(own('differences.start', { runs: 1 }));
  await other!.selectOption(own('differences.knobs'));
  expect(await start.innerText()).toBe(own('differences.start', { runs: 2 }));

  const seeds = tool.getByRole('spinbutton', { name: own('differences.seeds') });
  for (const [wrong, said] of [['17', '17 is out of range'], ['2.5', '2.5 is not a whole number'], ['', 'the field is empty']] as const) {
    await seeds.fill(wrong);
    await tool.getByText(`Seeds: ${said}. Right: 2 to 16.`, { exact: true }).waitFor();
    expect(await start.isEnabled()).toBe(false);
  }
  await seeds.fill('2');
  await base!.selectOption(own('differences.knobs'));
  await other!.selectOption(own('preset.pointer.v2'));
  await type(page, 'validationEvery', '0');
  await tool.getByText('Validation score would not be measured: “Validate every” is 0 in the base.').waitFor();
  await type(page, 'validationEvery', '8');

  await start.scrollIntoViewIfNeeded();
  const before = await tool.boundingBox();
  await start.click();
  const change = tool.getByRole('row').filter({ hasText: 'Learning rate 3e-3' });
  await change.getByText(/of 2 seeds/).waitFor({ timeout: 60_000 });
  await page.getByRole('region', { name: own('pool.title', { step: 8 }) }).waitFor();
  expect((await tool.boundingBox())!.y).toBeCloseTo(before!.y, -1);
  expect(await field(page, 'learningRate').inputValue()).toBe('0.01');
  await tool.getByText(/Base: V2: .* · Learning rate 0.01 · Epochs 1 · Replicas 2/).waitFor();

  for (const lab of ['grpo', 'pointer']) {
    await page.getByRole('button', { name: text('page.lab') }).click();
    await page.getByRole('menuitemradio', { name: text(`lab.${lab}`) }).click();
  }
  await change.getByText(/of 2 seeds/).waitFor();
});
