import type { Page } from 'playwright';
import { describe, expect, inject, test } from 'vitest';
import { button, chart, field, knob, openTab, runButton, status, text, untilState, visit } from '../browser/visit.js';

const collapse = '?lab=grpo&preset=entropy-collapse&v=1';

describe('a link', () => {
  test('with changed values opens them, and Share gives back a link that does the same', async () => {
    const { page } = await visit('?lab=grpo&preset=collapse&learningRate=1e-3&replicas=2&aggregation=seq-mean-token-mean&v=1');
    const opened = async (at: Page): Promise<string[]> => [
      await field(at, 'learningRate').inputValue(),
      await field(at, 'replicas').inputValue(),
      await field(at, 'warmupSteps').inputValue(),
      await knob(at, 'aggregation').getByRole('combobox').inputValue(),
      await at.getByRole('combobox', { name: text('page.preset'), exact: true }).inputValue(),
    ];
    const expected = ['1e-3', '2', '30', 'seq-mean-token-mean', 'collapse'];
    expect(await opened(page)).toEqual(expected);
    await button(page, 'share.open').click();
    const link = await page.getByRole('textbox', { name: text('share.link') }).inputValue();
    const copy = await visit(new URL(link).search);
    expect(await opened(copy.page)).toEqual(expected);
  });

  test('with bad values says which field, what came and what is right, and keeps every field valid', async () => {
    const { page } = await visit(`${collapse}&learningRate=fast&rolloutN=999&aggregation=sum&learnRate=1`);
    const notice = await page.getByRole('alert').innerText();
    for (const part of [/learning ?rate/i, /fast/, /1e-6 to 0\.1/, /rollout ?n/i, /999/, /2 to 32/, /aggregation/i, /sum/, /learnRate/]) {
      expect(notice).toMatch(part);
    }
    expect(await field(page, 'learningRate').inputValue()).toBe('6e-3');
    expect(await field(page, 'rolloutN').inputValue()).toBe('4');
    await button(page, 'page.dismiss').click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  test('to a lab or preset that does not exist opens one that does, and says so', async () => {
    const { page } = await visit('?lab=grpo&preset=colapse');
    expect(await page.getByRole('alert').innerText()).toMatch(/colapse/);
    expect(await page.getByRole('combobox', { name: text('page.preset'), exact: true }).inputValue()).not.toBe('');
  });
});

describe('language and theme that a link asks for', () => {
  const chosen = { language: 'zh', theme: 'light', pace: '0' };
  const remembered = (page: Page): Promise<Record<string, string>> => page.evaluate(() => ({ ...localStorage }));
  const shown = (page: Page): Promise<unknown[]> =>
    page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);

  test.each(['', '&embed=1&knobs=&charts=entropy'])('hold for that view, after a reload too, and leave alone what its visitor chose (%s)', async (embed) => {
    const { page } = await visit(`?lang=en&theme=dark${embed}`, { chosen });
    expect([await shown(page), await remembered(page)]).toEqual([['en', 'dark'], chosen]);
    // The page has its own address by then.
    await expect.poll(() => page.url()).toContain('v=1');
    await page.reload();
    await runButton(page).waitFor();
    expect([await shown(page), await remembered(page)]).toEqual([['en', 'dark'], chosen]);
    await page.goto(inject('address'));
    await runButton(page, 'zh').waitFor();
    expect(await shown(page)).toEqual(['zh-CN', 'light']);
  });

  test('give way to what the visitor then chooses', async () => {
    const { page } = await visit('?lang=en&theme=dark', { chosen });
    await button(page, 'page.toLight').click();
    await page.getByRole('button', { name: '中文' }).click();
    await runButton(page, 'zh').waitFor();
    await expect.poll(() => page.url()).not.toMatch(/lang|theme/);
    await page.reload();
    await runButton(page, 'zh').waitFor();
    expect([await shown(page), await remembered(page)]).toEqual([['zh-CN', 'light'], chosen]);
  });

  test('are refused with a reason where there are none such, and leave the visitor’s own', async () => {
    const { page } = await visit('?lang=fr&theme=dark-blue', { ...{ chosen }, locale: 'zh-CN' });
    expect([await shown(page), await remembered(page)]).toEqual([['zh-CN', 'light'], chosen]);
    const notice = await page.getByRole('alert').innerText();
    for (const [key, received, expected] of [['lang', 'fr', 'en, zh'], ['theme', 'dark-blue', 'light, dark']] as const) {
      expect(notice).toContain(text('problem.not-an-option', { key, received, expected }, 'zh'));
    }
  });
});

test('a link is read once', async () => {
  const page = await openTab();
  await page.addInitScript(() => {
    const { decodeURIComponent } = window;
    const decoded: string[] = [];
    Object.assign(window, { decoded, decodeURIComponent: (text: string) => (decoded.push(text), decodeURIComponent(text)) });
  });
  await page.goto(`${inject('address')}?lab=biencoder&learnRate=1`);
  await runButton(page).waitFor();
  const decoded = await page.evaluate(() => (window as unknown as { decoded: string[] }).decoded);
  expect(decoded.filter((text) => text === 'learnRate')).toHaveLength(1);
});

test('an embedded page shows only what its author chose, and trains on a click', async () => {
  const { page } = await visit(`${collapse}&steps=3&embed=1&knobs=learningRate,rolloutN&charts=entropy,validation.answer`);
  await page.waitForTimeout(500);
  expect(await page.getByRole('figure').count()).toBe(2);
  for (const id of ['entropy', 'validation.answer']) await chart(page, id).waitFor();
  for (const key of ['learningRate', 'rolloutN']) await knob(page, key).getByRole('slider').waitFor();
  expect(await page.locator('input[type=range]').count()).toBe(2);
  expect(await page.getByRole('combobox').count()).toBe(0);
  expect(await chart(page, 'entropy').getAttribute('aria-label'), 'nothing runs unasked').toContain(text('chart.empty'));
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  expect(await chart(page, 'entropy').getAttribute('aria-label')).toContain('(step 3)');
  expect(await status(page).innerText(), 'what it trains on is nothing to a reader').not.toMatch(/[CG]PU/);
  expect(await status(page).locator('details').count()).toBe(0);
});
