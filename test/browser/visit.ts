import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { hasMessage, loadLanguage, message, type Language, type Values } from '../../src/core/messages/messages.js';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import type { Pace } from '../../src/ui/state/settings.svelte.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether the project's tests need no GPU. */
    withoutGpu?: boolean;
  }
}

/** A person's visit: the page, and everything that should not have happened on it. */
export interface Visit {
  readonly page: Page;
  /** Bytes of JavaScript fetched so far, gzipped. */
  scriptBytes(): Promise<number>;
  /** Names of the JavaScript and WebAssembly files fetched so far, by the page or its workers. */
  codeFiles(): string[];
  /** Their bytes, gzipped. */
  codeBytes(): Promise<number>;
  /**
   * Runs what the knobs say, watches the page's main thread until that has drawn `watchedFrames`, and pauses the run,
   * which has to last that long: see `atLeisure`.
   */
  watchTraining(): Promise<Tasks>;
}

export interface Tasks {
  /** CPU time of each task, longest first, ms. */
  readonly all: readonly number[];
  /** CPU time of what ran before each repaint (the charts draw there), longest first, ms. */
  readonly frames: readonly number[];
  /** Tasks that took over 50 ms on the clock, which counts what else the machine did, ms. */
  readonly long: readonly number[];
}

/** Frames of training that are judged together, some seconds of them: of fewer, one slow frame would be a percentile. */
const watchedFrames = 200;

/**
 * Holds several seconds of training to what a person feels: all frames but one of each hundred begun leave time for the
 * page at 60 Hz, and no task keeps a click waiting. A single frame tells of what else the machine did.
 */
export function expectResponsive({ all, frames }: Tasks): void {
  expect(frames.length, 'frames').toBeGreaterThanOrEqual(watchedFrames);
  expect(frames[Math.ceil(frames.length / 100)], 'ms of CPU that 99 of 100 frames stay below').toBeLessThan(16);
  expect(all.length, 'tasks').toBeGreaterThan(100);
  expect(all.filter((time) => time > 50), 'tasks over 50 ms').toEqual([]);
}

await Promise.all(labs.flatMap(({ id }) => [loadLanguage('en', id), loadLanguage('zh', id)]));

let browser: Browser;
const wrongs: string[] = [];
const open: Page[] = [];

beforeAll(async () => {
  const executablePath = await findChromium();
  // Pictures by a GPU that is emulated take a fifth of the time.
  const args = inject('withoutGpu') ? [...chromiumArguments, '--disable-gpu'] : chromiumArguments;
  browser = await chromium.launch({ args, ...(executablePath && { executablePath }) });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((page) => page.context().close()));
  expect(wrongs.splice(0), 'console errors and requests to other origins').toEqual([]);
});

afterAll(() => browser.close());

/** The text of a message as a lab's page shows it; a test that asks for one that does not exist is wrong. */
export function text(id: string, values?: Values, language: Language = 'en', lab = 'grpo'): string {
  if (!hasMessage(language, id, lab)) throw new Error(`there is no message '${id}'`);
  return message(language, id, values, lab);
}

/** Takes out of what should not have happened what a test has brought about itself. */
export function forgive(provoked: RegExp): void {
  wrongs.splice(0, wrongs.length, ...wrongs.filter((wrong) => !provoked.test(wrong)));
}

/** A visitor who has chosen that runs take no longer than they must. */
export const inHaste = (): VisitOptions => paced(0);

/** A visitor who has chosen that a run takes longer than `watchTraining` watches one. */
export const atLeisure = (): VisitOptions => paced(20);

/** A visitor who has chosen that a run takes so many seconds at least. */
export const paced = (seconds: Pace): VisitOptions => ({ chosen: { pace: String(seconds) } });

export interface VisitOptions extends BrowserContextOptions {
  /** What the visitor has chosen before, as the page remembers it. */
  readonly chosen?: Readonly<Record<string, string>>;
  /** Whether the page loads what trains before it is asked to: not where a test changes that first. */
  readonly ahead?: boolean;
  /** Whether the browser gives canvases to draw on. */
  readonly canvases?: boolean;
}

/** In a page as it opens: what was chosen before, unless something else has been chosen since. */
function remember(chosen: Readonly<Record<string, string>>): void {
  // An empty page has no origin to remember for.
  if (location.origin === 'null' || localStorage.length > 0) return;
  for (const [name, value] of Object.entries(chosen)) localStorage.setItem(name, value);
}

/** An empty tab in which everything is noted that should not happen. */
export async function openTab({ chosen = {}, ahead = true, canvases = true, ...options }: VisitOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, ...options });
  if (Object.keys(chosen).length > 0) await context.addInitScript(remember, chosen);
  if (!ahead) await context.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  if (!canvases) await context.addInitScript(() => Object.assign(HTMLCanvasElement.prototype, { getContext: () => null }));
  const page = await context.newPage();
  open.push(page);
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') wrongs.push(`console ${line.type()}: ${line.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`uncaught: ${error.message}`));
  const { origin: own } = new URL(inject('address'));
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== own) wrongs.push(`request: ${request.url()}`);
  });
  return page;
}

/** Opens the page with a query such as `?lab=grpo`. */
export async function visit(query = '', options: VisitOptions = {}): Promise<Visit> {
  const page = await openTab(options);
  const scripts = new Set<string>();
  const code = new Set<string>();
  page.context().on('request', (request) => {
    if (/\.m?js$/.test(request.url())) scripts.add(request.url());
    if (/\.(m?js|wasm)$/.test(request.url())) code.add(request.url());
  });
  await page.goto(inject('address') + query);
  await runButton(page, options.locale?.startsWith('zh') ? 'zh' : 'en').waitFor();
  return {
    page,
    scriptBytes: () => gzippedSizes(scripts),
    codeFiles: () => [...code].map((url) => url.split('/').at(-1)!),
    codeBytes: () => gzippedSizes(code),
    watchTraining: () => watchTraining(page),
  };
}

/** The page is up where it is there. */
export function runButton(page: Page, language: Language = 'en'): Locator {
  return page.getByRole('button', { name: text('run.run', {}, language), exact: true });
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time, µs. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** What the page under watch counts itself. */
interface Watched {
  /** Frames drawn so far. */
  drawn: number;
  /** As in `Tasks`. */
  readonly long: number[];
}

/** CPU time that the page's main thread took for events of a name, by a trace, the longest first, ms. */
export function mainThreadTimes(trace: Buffer): (name: string) => number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  return (wanted) =>
    traceEvents
      .filter(({ name, pid, tid }) => name === wanted && main.some((thread) => thread.pid === pid && thread.tid === tid))
      .map(({ tdur = 0 }) => tdur / 1000)
      .sort((a, b) => b - a);
}

async function watchTraining(page: Page): Promise<Tasks> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    const watched: Watched = { drawn: 0, long: [] };
    new PerformanceObserver((list) => watched.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    const request = window.requestAnimationFrame.bind(window);
    const counting = (callback: FrameRequestCallback): number =>
      request((now) => {
        watched.drawn++;
        callback(now);
      });
    Object.assign(window, { watched, requestAnimationFrame: counting });
  });
  const watched = (): Promise<Watched> => page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await button(page, 'run.run').click();
  const patience = { message: 'frames drawn while it trains', timeout: 60_000, interval: 250 };
  let trace: Buffer;
  try {
    await expect.poll(async () => (await watched()).drawn, patience).toBeGreaterThanOrEqual(watchedFrames);
    expect(await button(page, 'run.pause').isVisible(), 'it still trains').toBe(true);
  } finally {
    trace = await browser.stopTracing();
  }
  const { long } = await watched();
  await button(page, 'run.pause').click();
  await untilState(page, 'paused');

  const times = mainThreadTimes(trace);
  return { all: times('RunTask'), frames: times('FireAnimationFrame'), long };
}

async function gzippedSizes(urls: Iterable<string>): Promise<number> {
  return (await Promise.all([...urls].map(gzippedSize))).reduce((sum, size) => sum + size, 0);
}

async function gzippedSize(url: string): Promise<number> {
  const response = await fetch(url);
  return gzipSync(await response.arrayBuffer()).byteLength;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong by WCAG 2 A and AA, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (): Promise<AxeResults> =>
      (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
        resultTypes: ['violations'],
      }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 5).join(', ')}`);
}

export function button(page: Page, id: string): Locator {
  return page.getByRole('button', { name: text(id), exact: true });
}

/** A knob: its label, what it is set with, and what is wrong with it. */
export function knob(page: Page, key: string): Locator {
  return page.getByRole('group', { name: text(`parameter.${key}`) });
}

/** The text field of a number knob. */
export function field(page: Page, key: string): Locator {
  return knob(page, key).getByRole('textbox');
}

/** Types a value as a person does and leaves the field. */
export async function type(page: Page, key: string, value: string): Promise<void> {
  await field(page, key).fill(value);
  await field(page, key).press('Enter');
}

/** The chart of a metric, named by what it shows: its title comes first, which may be part of another's; one that is flat is folded away. */
export function chart(page: Page, metric: string, lab = 'grpo'): Locator {
  const title = text(`metric.${metric}`, {}, 'en', lab).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return page.getByRole('figure', { name: new RegExp(`^${title}[:.]`), includeHidden: true });
}

/** How many pixels of a chart's canvas have the colour of the latest run's lines; draws the chart first if it was out of sight. */
export async function lineInk(figure: Locator): Promise<number> {
  await figure.scrollIntoViewIfNeeded();
  return figure.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    if (canvas.width === 0 || canvas.height === 0 || getComputedStyle(canvas).visibility !== 'visible') return 0;
    // A copy: a canvas that is read again and again makes the browser warn.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
    copy.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--series-0').trim();
    copy.fillRect(0, 0, 1, 1);
    const [red, green, blue] = copy.getImageData(0, 0, 1, 1).data as unknown as [number, number, number];
    copy.clearRect(0, 0, 1, 1);
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 0; i < data.length; i += 4) {
      const distance = Math.abs(data[i]! - red) + Math.abs(data[i + 1]! - green) + Math.abs(data[i + 2]! - blue);
      if (data[i + 3]! > 200 && distance < 40) ink++;
    }
    return ink;
  });
}

export function status(page: Page): Locator {
  return page.getByRole('region', { name: text('status.label') });
}

/** Steps done, as the status line says. */
export async function stepsDone(page: Page): Promise<number> {
  return Number(/(\d+)\s*\/\s*\d+/.exec(await status(page).innerText())?.[1] ?? 0);
}

/** Waits until the status line has come to a step. */
export async function untilStep(page: Page, step: number): Promise<void> {
  await expect.poll(() => stepsDone(page), { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(step);
}

/** Waits for a state of the run, as a screen reader hears it. */
export async function untilState(page: Page, state: string, timeout = 60_000): Promise<void> {
  await page.getByRole('status').filter({ hasText: text(`status.${state}`) }).first().waitFor({ state: 'attached', timeout });
}

/** Moves the pointer over a chart, to a share of its plot's width. */
export async function pointAt(page: Page, metric: string, share: number): Promise<void> {
  const plot = chart(page, metric).getByRole('slider');
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await plot.boundingBox())!;
  // A chart that has just come into sight is drawn before it can be read.
  await expect.poll(async () => {
    await page.mouse.move(x + 40, y + 20);
    await page.mouse.move(x + 40 + share * (width - 50), y + height / 2);
    return plot.locator('.details').count();
  }).toBe(1);
}
