import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { hasMessage, message, type Language, type Values } from '../../src/core/messages/messages.js';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';

/** A person's visit: the page, and everything that should not have happened on it. */
export interface Visit {
  readonly page: Page;
  /** Bytes of JavaScript fetched so far, gzipped. */
  scriptBytes(): Promise<number>;
  /** Durations of the main thread's tasks over 50 ms so far, ms. */
  longTasks(): Promise<number[]>;
}

let browser: Browser;
const wrongs: string[] = [];
const open: Page[] = [];

beforeAll(async () => {
  const executablePath = await findChromium();
  browser = await chromium.launch({ args: chromiumArguments, ...(executablePath && { executablePath }) });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((page) => page.context().close()));
  expect(wrongs.splice(0), 'console errors and requests to other origins').toEqual([]);
});

afterAll(() => browser.close());

/** The text of a message; a test that asks for one that does not exist is wrong. */
export function text(id: string, values?: Values, language: Language = 'en'): string {
  if (!hasMessage(id)) throw new Error(`there is no message '${id}'`);
  return message(language, id, values);
}

/** Opens the page with a query such as `?lab=grpo`. */
export async function visit(query = '', options: BrowserContextOptions = {}): Promise<Visit> {
  const address = inject('address');
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  open.push(page);
  const scripts: Promise<number>[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') wrongs.push(`console ${line.type()}: ${line.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`uncaught: ${error.message}`));
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== new URL(address).origin) wrongs.push(`request: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (/\.m?js$/.test(new URL(response.url()).pathname)) scripts.push(response.body().then(gzippedSize));
  });
  await page.addInitScript(() => {
    const durations: number[] = [];
    new PerformanceObserver((list) => durations.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
      buffered: true,
    });
    Object.assign(window, { longTasks: durations });
  });
  await page.goto(address + query);
  await page.getByRole('button', { name: text('run.run', {}, options.locale?.startsWith('zh') ? 'zh' : 'en') }).waitFor();
  return {
    page,
    scriptBytes: async () => (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0),
    longTasks: () => page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks),
  };
}

async function gzippedSize(body: Buffer): Promise<number> {
  const { gzipSync } = await import('node:zlib');
  return gzipSync(body).byteLength;
}

export function button(page: Page, id: string): Locator {
  return page.getByRole('button', { name: text(id), exact: true });
}

/** The text field of a number knob. */
export function field(page: Page, key: string): Locator {
  return page.getByRole('group', { name: text(`parameter.${key}`) }).getByRole('textbox');
}

/** Types a value as a person does and leaves the field. */
export async function type(page: Page, key: string, value: string): Promise<void> {
  await field(page, key).fill(value);
  await field(page, key).press('Enter');
}

/** The chart of a metric, named by what it shows. */
export function chart(page: Page, metric: string): Locator {
  return page.getByRole('figure', { name: text(`metric.${metric}`) }).first();
}

/** Steps done, as the status line says. */
export async function stepsDone(page: Page): Promise<number> {
  const status = await page.getByRole('region', { name: text('status.label') }).innerText();
  return Number(/(\d+)\s*\/\s*\d+/.exec(status)?.[1] ?? 0);
}

/** Waits until the status line has come to a step. */
export async function untilStep(page: Page, step: number): Promise<void> {
  await expect.poll(() => stepsDone(page), { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(step);
}

/** Waits for a state of the run, as a screen reader hears it. */
export async function untilState(page: Page, state: string, timeout = 60_000): Promise<void> {
  await page.getByRole('status').filter({ hasText: text(`status.${state}`) }).first().waitFor({ state: 'attached', timeout });
}
