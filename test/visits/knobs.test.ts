import { expect, test } from 'vitest';
import { field, knob, text, type, visit } from '../browser/visit.js';

test('a knob’s hint makes way for the charts while a number changes, and comes back with the next hover or focus', async () => {
  const { page } = await visit('?lab=grpo&v=1');
  const hint = page.getByText(text('parameter.learningRate.hint'), { exact: true });
  const slider = knob(page, 'learningRate').getByRole('slider');
  const stays = async (there: boolean): Promise<void> => {
    await page.waitForTimeout(700);
    expect(await hint.isVisible()).toBe(there);
  };
  await slider.hover();
  await hint.waitFor();
  await page.mouse.down();
  await stays(false);
  await page.mouse.up();
  await stays(false);
  await page.mouse.move(700, 800);
  await slider.hover();
  await hint.waitFor();

  await page.mouse.move(700, 800);
  await field(page, 'learningRate').focus();
  await hint.waitFor();
  await page.keyboard.type('2e-3');
  await stays(false);
  await page.keyboard.press('Tab');
  await hint.waitFor();
  await page.keyboard.press('ArrowRight');
  await stays(false);
});

test('the knobs that a preset is about come first, and stay where they are as they are turned', async () => {
  const { page } = await visit('?lab=grpo&preset=clipping-off&v=1');
  const names = page.getByRole('complementary', { name: text('page.knobs') }).locator('details').first().locator('.name');
  const told = await names.allInnerTexts();
  expect(told).toEqual(expect.arrayContaining(['innerEpochs', 'clipping'].map((key) => text(`parameter.${key}`))));
  await type(page, 'innerEpochs', '1');
  expect((await names.allInnerTexts()).map((name) => name.trim())).toEqual(told);
  await page.getByRole('combobox', { name: text('page.preset'), exact: true }).selectOption('vqa-answer-only');
  expect((await names.allInnerTexts())[0]).toBe(text('parameter.rewardWeights.answer'));
});

test('a knob is found by its name in a framework, also in a folded group; Escape shows all again', async () => {
  const { page } = await visit('?lab=grpo&v=1');
  const search = page.getByRole('searchbox', { name: text('knob.search') });
  const knobs = page.getByRole('complementary', { name: text('page.knobs') }).locator('.knob');
  const all = await knobs.count();
  await search.fill('label_smoothing');
  await expect.poll(() => knobs.count()).toBeLessThan(all);
  await search.fill('actor.optim.lr_warmup');
  await knob(page, 'warmupSteps').waitFor();
  expect(await knobs.count()).toBe(1);
  await search.fill('nothing like it');
  await page.getByText(text('knob.noneFound', { query: 'nothing like it' })).waitFor();
  await search.press('Escape');
  await expect.poll(() => knobs.count()).toBe(all);
  expect(await search.inputValue()).toBe('');
});

test('a learning rate says how it compares with the healthy one', async () => {
  const { page } = await visit('?lab=grpo&preset=entropy-collapse&v=1');
  const rate = knob(page, 'learningRate');
  await rate.getByText(text('knob.healthy.above', { times: '6' }), { exact: true }).waitFor();
  await type(page, 'learningRate', '1e-3');
  await rate.getByText(text('knob.healthy'), { exact: true }).waitFor();
  await type(page, 'learningRate', '5e-5');
  await rate.getByText(text('knob.healthy.below', { times: '20' }), { exact: true }).waitFor();
});
