import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { button, field, inHaste, knob, stepsDone, text, type, untilState, untilStep, visit } from '../browser/visit.js';

const query = '?lab=grpo&preset=entropy-collapse&steps=40';

describe('Back and Forward', () => {
  test('move between what was looked at, and no run is lost', async () => {
    const { page } = await visit(query, inHaste());
    await button(page, 'run.run').click();
    await untilState(page, 'finished');
    await expect.poll(() => page.evaluate(() => history.length)).toBe(3);
    await page.getByRole('combobox', { name: text('page.preset') }).selectOption('tool-choice-healthy');
    await expect.poll(() => page.evaluate(() => history.length)).toBe(4);
    await page.goBack();
    await expect.poll(() => stepsDone(page)).toBe(40);
    expect(page.url()).toContain('preset=entropy-collapse');
    await knob(page, 'learningRate').getByRole('textbox').waitFor();
    expect(await knob(page, 'learningRate').getByRole('textbox').inputValue()).toBe('6e-3');
    await page.goForward();
    await expect.poll(() => page.url()).toContain('preset=tool-choice-healthy');
    expect(await page.getByRole('region', { name: text('runs.title') }).getByRole('listitem').count()).toBe(1);
  });

  test('to where a run was started do not stop it', async () => {
    const { page } = await visit(`${query.replace('40', '2000')}`);
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    await expect.poll(() => page.evaluate(() => history.length)).toBe(3);
    await page.goBack();
    await page.waitForTimeout(500);
    await page.goForward();
    await untilStep(page, (await stepsDone(page)) + 2);
  });
});

describe('own settings that are set aside', () => {
  const notice = (page: Page) => page.getByRole('status').filter({ hasText: text('aside.settings', { names: text('parameter.rolloutN') }) });
  const rollouts = (page: Page): Promise<string> => field(page, 'rolloutN').inputValue();

  test('for a preset or by Reset come back by Undo, by a key, and by Back, however soon it was', async () => {
    const { page } = await visit('?lab=grpo&preset=entropy-collapse');
    const preset = page.getByRole('combobox', { name: text('page.preset'), exact: true });
    const own = await rollouts(page);
    await type(page, 'rolloutN', '12');
    await preset.selectOption('healthy');
    expect(await rollouts(page)).toBe(own);
    await notice(page).getByRole('button', { name: text('runs.restore') }).click();
    expect([await rollouts(page), await preset.inputValue()]).toEqual(['12', 'entropy-collapse']);
    expect(await notice(page).count()).toBe(0);

    await button(page, 'run.reset').click();
    expect(await rollouts(page)).toBe(own);
    await page.locator('main').focus();
    await page.keyboard.press('z');
    expect(await rollouts(page)).toBe('12');

    await button(page, 'run.reset').click();
    await expect.poll(() => page.url()).not.toContain('rolloutN');
    await page.goBack();
    await expect.poll(() => rollouts(page)).toBe('12');
    expect(await notice(page).count()).toBe(0);

    await type(page, 'rolloutN', '6');
    await preset.selectOption('healthy');
    await expect.poll(() => page.url()).toContain('preset=healthy');
    await page.goBack();
    await expect.poll(() => rollouts(page)).toBe('6');
  });
});

test('a run that another preset stops is told of, and goes on at a click; before its first step it leaves no trace', async () => {
  const { page } = await visit(query.replace('40', '2000'));
  const list = page.getByRole('region', { name: text('runs.title') }).getByRole('listitem');
  await page.route('**/warm-start/*', () => undefined);
  await button(page, 'run.run').click();
  await list.waitFor();
  await button(page, 'run.reset').click();
  await list.waitFor({ state: 'detached' });
  await page.unroute('**/warm-start/*');
  await page.reload();
  await button(page, 'run.run').click();
  await untilStep(page, 12);
  await page.getByRole('combobox', { name: text('page.preset') }).selectOption('tool-choice-healthy');
  const told = page.getByRole('status').filter({ hasText: text('aside.stopped', { step: '#', lab: '' }).split('#')[0]! });
  await told.getByRole('button', { name: text('runs.goOn') }).click();
  await untilState(page, 'running');
  expect(await list.count()).toBe(1);
  expect(await told.count()).toBe(0);
});

test('a finding is seen in the title of the tab', async () => {
  const { page } = await visit(query, inHaste());
  expect(await page.title()).toMatch(/^Entropy collapse.* · Tuning Playground$/);
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  expect(await page.title()).toMatch(new RegExp(`^⚠ `));
});

test('keys run, step and help, but not while something is typed or where they are switched off', async () => {
  const { page } = await visit(query.replace('40', '2000'));
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: text('shortcut.title') });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await untilState(page, 'running');
  await page.keyboard.press('r');
  await untilState(page, 'paused');
  const step = await stepsDone(page);
  await page.keyboard.press('s');
  await untilStep(page, step + 1);
  await knob(page, 'learningRate').getByRole('textbox').focus();
  await page.keyboard.press('r');
  await page.waitForTimeout(300);
  await untilState(page, 'paused');
  await page.keyboard.press('Escape');
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  await button(page, 'shortcut.title').click();
  await dialog.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await page.waitForTimeout(300);
  await untilState(page, 'paused');
  await page.reload();
  await page.keyboard.press('?');
  await page.waitForTimeout(200);
  expect(await dialog.isVisible()).toBe(false);
});
