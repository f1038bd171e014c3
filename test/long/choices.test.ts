import type { Locator, Page, Route } from 'playwright';
import { expect, test } from 'vitest';
import type { Language } from '../../src/core/messages/messages.js';
import { button, field, forgive, runButton, text, visit, type VisitOptions } from '../browser/visit.js';

/** Whose texts may be held back. */
interface Held {
  readonly page: Page;
  /** What waits, and what is said of it. */
  readonly labMenu: Locator;
  readonly choose: (lab: string, language?: Language) => Promise<void>;
  /** Ends the requests that stall, as a connection does that breaks off, and lets later ones through. */
  readonly breakOff: () => Promise<void>;
}

/** A page on which the texts whose file's name begins so stall. */
async function holding(file: string, options: VisitOptions = {}): Promise<Held> {
  const { page } = await visit('?lab=grpo', { ...options, ahead: false });
  const stalled: Route[] = [];
  let stalls = true;
  await page.route(`**/assets/${file}-*.js`, (route) => (stalls ? void stalled.push(route) : route.continue()));
  const labMenu = page.locator('header button[aria-haspopup=menu]');
  return {
    page,
    labMenu,
    choose: async (lab, language = 'en') => {
      await labMenu.click();
      await page.getByRole('menuitemradio').filter({ hasText: new RegExp(`^\\s*${text(`lab.${lab}`, {}, language)}`) }).click();
    },
    breakOff: async () => {
      stalls = false;
      await Promise.all(stalled.splice(0).map((route) => route.abort()));
    },
  };
}

const named = (held: Held): Promise<string> => held.labMenu.innerText();
const missing = (page: Page, id: string, language: Language = 'en'): Locator => page.getByRole('alert').getByText(text(id, {}, language));

test('a lab whose texts stall leaves the page as it is, and the next choice counts', async () => {
  const held = await holding('biencoder');
  const { page, choose } = held;
  await choose('biencoder');
  await expect.poll(() => named(held), { timeout: 2000 }).toBe(text('page.loading'));
  await page.getByRole('status').filter({ hasText: text('page.loading') }).waitFor({ state: 'attached' });
  expect([page.url(), await field(page, 'rolloutN').count()]).toEqual([expect.stringContaining('lab=grpo'), 1]);

  await choose('reward-model');
  await expect.poll(() => named(held), { timeout: 5000 }).toBe(text('lab.reward-model'));
  await expect.poll(() => page.url()).toContain('lab=reward-model');
  await page.getByRole('button', { name: '中文' }).click();
  await runButton(page, 'zh').waitFor({ timeout: 5000 });
  expect(await named(held)).toBe(text('lab.reward-model', {}, 'zh'));

  // The first choice is over: its texts change nothing when they come, nor when they do not.
  await held.breakOff();
  await page.waitForTimeout(1000);
  expect([await named(held), await page.getByRole('alert').count()]).toEqual([text('lab.reward-model', {}, 'zh'), 0]);
  forgive(/ERR_FAILED/);
});

test('a lab whose texts do not come in 15 s is given up, the language can be changed meanwhile, and a later try brings it', async () => {
  const held = await holding('biencoder');
  const { page, choose } = held;
  const began = performance.now();
  await choose('biencoder');
  await page.getByRole('button', { name: '中文' }).click();
  await runButton(page, 'zh').waitFor({ timeout: 5000 });
  await missing(page, 'page.labMissing', 'zh').waitFor({ timeout: 20_000 });
  expect(performance.now() - began).toBeGreaterThan(14_000);
  expect(await named(held)).toBe(text('lab.grpo', {}, 'zh'));
  expect(await page.getByRole('slider').count(), 'its knobs').toBeGreaterThan(20);

  await held.breakOff();
  await choose('biencoder', 'zh');
  await expect.poll(() => named(held), { timeout: 5000 }).toBe(text('lab.biencoder', {}, 'zh'));
  expect(await missing(page, 'page.labMissing', 'zh').count()).toBe(0);
  forgive(/ERR_FAILED/);
});

test('a language whose texts stall is said to be loading, on a phone by its sign, and is given up; a lab can be chosen meanwhile', async () => {
  const held = await holding('zh', { viewport: { width: 360, height: 740 } });
  const { page, choose } = held;
  await page.getByRole('button', { name: '中文' }).click();
  await button(page, 'page.loading').waitFor({ timeout: 2000 });
  const cutOff = [page.locator('html'), page.locator('header h1')].map((box) => box.evaluate((element) => element.scrollWidth - element.clientWidth));
  expect(await Promise.all(cutOff)).toEqual([0, 0]);
  await choose('pointer');
  await expect.poll(() => named(held), { timeout: 5000 }).toBe(text('lab.pointer'));
  await missing(page, 'page.languageMissing').waitFor({ timeout: 20_000 });
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await held.breakOff();
  await page.getByRole('button', { name: '中文' }).click();
  await runButton(page, 'zh').waitFor({ timeout: 5000 });
  expect(await named(held)).toBe(text('lab.pointer', {}, 'zh'));
  forgive(/ERR_FAILED/);
});
