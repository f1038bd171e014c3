import { expect, test } from 'vitest';
import { inHaste, text, visit } from '../browser/visit.js';

const query = '?lab=grpo&preset=healthy&steps=4&validationEvery=2&miniBatches=2&engine=cpu';

test('the family trains one after the other, says what each ended at, and trains nothing twice', async () => {
  const { page } = await visit(query, inHaste());
  const card = page.getByRole('region', { name: text('family.title') });
  await card.getByRole('button', { name: text('family.open') }).click();
  await card.getByRole('checkbox').first().waitFor();
  const boxes = card.getByRole('checkbox');
  const names = await boxes.evaluateAll((all) => all.map((box) => (box as HTMLInputElement).labels![0]!.innerText.trim()));
  expect(names.length).toBeGreaterThan(10);
  for (const [i, name] of names.entries()) if (!/as they stand|cispo|Filter/.test(name)) await boxes.nth(i).uncheck();
  await card.getByLabel(text('differences.seeds')).fill('2');
  const start = card.getByRole('button', { name: text('family.start') });
  await start.click();
  const rows = card.locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(3);
  await expect.poll(async () => (await rows.allInnerTexts()).filter((row) => / ± /.test(row)).length, { timeout: 60_000 }).toBe(3);
  const shown = await rows.allInnerTexts();
  // 4 steps of 8 prompts with 4 responses; filtering takes at least as many.
  expect(shown[0]).toContain('128');
  expect(shown[1]).toContain('128');
  const runs = await page.getByRole('listitem').filter({ hasText: text('status.finished') }).count();
  await start.click();
  await expect.poll(() => card.getByRole('button', { name: text('family.end') }).count()).toBe(0);
  expect(await rows.allInnerTexts()).toEqual(shown);
  expect(await page.getByRole('listitem').filter({ hasText: text('status.finished') }).count()).toBe(runs);
});

test('what is the plain way with these settings cannot be chosen, and the page says why', async () => {
  const { page } = await visit('?lab=grpo&preset=healthy&engine=cpu', inHaste());
  const card = page.getByRole('region', { name: text('family.title') });
  await card.getByRole('button', { name: text('family.open') }).click();
  await card.getByText(text('family.same')).waitFor();
  expect(await card.getByRole('checkbox', { name: /gspo/ }).isDisabled()).toBe(true);
  expect(await card.getByRole('checkbox', { name: /clip-cov/ }).isDisabled()).toBe(false);
});
