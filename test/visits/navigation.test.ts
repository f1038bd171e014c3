import { describe, expect, test } from 'vitest';
import { button, inHaste, knob, stepsDone, text, untilState, untilStep, visit } from '../browser/visit.js';

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
