import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Locator, Page, Route } from 'playwright';
import { describe, expect, inject, test } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { forgive, openTab, runButton, violations, visit } from '../browser/visit.js';

const entry = /\/index-[^/]*\.js$/;
const style = /\/style-[^/]*\.css$/;
const address = inject('address');

/** What the page says while it is not up. */
const said = (page: Page): Locator => page.locator('#start p:visible');
const reload = (page: Page, name = 'Reload'): Locator => page.getByRole('button', { name, exact: true });
const escaped = (file: string): string => file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A tab on its way to the page, where what happens to files is up to `prepare`; nobody waits for it to arrive. */
async function open(prepare: (page: Page) => Promise<unknown>, options: BrowserContextOptions = {}, query = ''): Promise<Page> {
  const page = await openTab(options);
  await prepare(page);
  void page.goto(address + query).catch(() => undefined);
  return page;
}

/** The JavaScript without which the page does not start. */
async function neededFiles(): Promise<string[]> {
  const { codeFiles } = await visit('', { ahead: false });
  const linked = readFileSync(join(root, 'dist/index.html'), 'utf8').match(/[\w.-]+\.js(?=")/g)!.filter((file) => file !== 'start.js');
  const texts = codeFiles().filter((file) => /^(en|grpo)-/.test(file));
  expect(texts).toHaveLength(2);
  return [...linked, ...texts];
}

describe('a page that cannot start says why', () => {
  test('where any file that it needs does not come: which one, and Reload brings it', async () => {
    for (const file of await neededFiles()) {
      let blocked = true;
      const page = await open((page) => page.route(`**/${file}`, (route) => (blocked ? route.abort() : route.continue())));
      await said(page).getByText(/^A file of the page could not be loaded\./).waitFor({ timeout: 10_000 });
      expect(await said(page).allInnerTexts(), file).toEqual([expect.any(String), expect.stringMatching(new RegExp(`/assets/${escaped(file)}$`))]);
      // Not before the reload: what was asked for in advance is asked for again, and would come after all.
      page.on('request', (request) => (blocked &&= !request.isNavigationRequest()));
      await reload(page).click();
      await runButton(page).waitFor();
      expect(await said(page).count()).toBe(0);
    }
    forgive(/ERR_FAILED/);
  });

  test('where any file stalls: that loading takes long, and Reload brings it', async () => {
    const stall = async (file: string): Promise<void> => {
      let asked = 0;
      const page = await open((page) => page.route(`**/${file}`, (route) => (asked++ === 0 ? undefined : route.continue())));
      await said(page).getByText(/^Loading takes long:/).waitFor({ timeout: 30_000 });
      await reload(page).click();
      await runButton(page).waitFor();
    };
    await Promise.all((await neededFiles()).map(stall));
  });

  test('where its style sheet stalls it starts without, and looks right once that has come', async () => {
    const stalled: Route[] = [];
    const page = await open((page) => page.route(style, (route) => void stalled.push(route)));
    await runButton(page).waitFor({ timeout: 30_000 });
    const padding = (): Promise<string> => runButton(page).evaluate((button) => getComputedStyle(button).paddingLeft);
    const plain = await padding();
    await stalled[0]!.continue();
    await expect.poll(padding).toBe('12px');
    expect(plain).not.toBe('12px');
  });

  test.each([
    ['opened from disk', 'en-US', /^The page was opened from disk.*npm start/],
    ['opened from disk by a Chinese reader', 'zh-CN', /^页面是直接从磁盘打开的.*npm start/],
  ])('where it is %s', async (_, locale, reason) => {
    const page = await openTab({ locale });
    await page.goto(pathToFileURL(join(root, 'dist/index.html')).href);
    await expect.poll(() => said(page).allInnerTexts()).toEqual([expect.stringMatching(reason)]);
    expect(await page.locator('#start').evaluate((start) => getComputedStyle(start).fontFamily)).toContain('system-ui');
    forgive(/CORS policy|ERR_FAILED|request: file:/);
  });

  test('in a frame whose sandbox takes its origin away', async () => {
    const framing = `${address}framing.html`;
    const page = await openTab();
    const body = `<iframe title="Sandbox" sandbox="allow-scripts" src="${address}?lang=zh"></iframe>`;
    await page.route(framing, (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(framing);
    const shown = page.frameLocator('iframe').locator('#start p:visible');
    await expect.poll(() => shown.allInnerTexts()).toEqual([expect.stringContaining('sandbox="allow-scripts allow-same-origin"')]);
    expect(await shown.innerText()).toMatch(/^页面所在框架/);
    forgive(/CORS policy|ERR_FAILED/);
  });

  test('without JavaScript, in both languages', async () => {
    const page = await openTab({ javaScriptEnabled: false });
    await page.goto(address);
    expect(await said(page).allInnerTexts()).toEqual([expect.stringMatching(/^JavaScript is switched off/), expect.stringMatching(/^JavaScript 已关闭/)]);
  });

  test.each([
    ['knows modules but not the syntax', (page: Page) => page.route(entry, (route) => route.fulfill({ contentType: 'text/javascript', body: 'a ??==~ b' }))],
    [
      'knows no modules',
      async (page: Page): Promise<void> => {
        await page.addInitScript(() => Reflect.deleteProperty(HTMLScriptElement.prototype, 'noModule'));
        await page.route(entry, () => undefined);
      },
    ],
  ])('in a browser that %s', async (_, prepare) => {
    const page = await open(prepare);
    await said(page).getByText(/^The browser does not understand the page’s code\. .*Firefox 125/).waitFor();
    forgive(/Unexpected token/);
  });

  test('where its own code breaks: with the reason', async () => {
    const page = await open((page) => page.route(entry, (route) => route.fulfill({ contentType: 'text/javascript', body: `throw new Error('what broke');` })));
    await said(page).getByText(/^The page failed to start\./).waitFor();
    await said(page).getByText(/what broke$/).waitFor();
    await reload(page).waitFor();
    forgive(/what broke/);
  });

  test('to everyone: for screen readers, and under a policy without exceptions', async () => {
    const policy = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'";
    const page = await open(async (page) => {
      await page.route(address, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
      });
      await page.route(entry, (route) => route.abort());
    });
    await page.getByRole('alert').getByText(/could not be loaded/).waitFor();
    forgive(/ERR_FAILED/);
    // axe itself is not among what the policy allows.
    const other = await open((page) => page.route(entry, (route) => route.abort()));
    await reload(other).waitFor();
    expect(await violations(other)).toEqual([]);
    forgive(/ERR_FAILED/);
  });
});
