import type { Page, Worker } from 'playwright';
import { describe, expect, test } from 'vitest';
import { button, chart, forgive, inHaste, status, stepsDone, text, untilState, untilStep, violations, visit as open, type VisitOptions } from '../browser/visit.js';

/** A page in which nothing has been loaded that a test changes. */
const visit = (query: string, options: VisitOptions = {}) => open(query, { ...options, ahead: false });

const short = '?lab=grpo&preset=entropy-collapse&engine=cpu&steps=3&validationEvery=0';
const long = '?lab=grpo&preset=entropy-collapse&engine=cpu&steps=5000&validationEvery=0';
const population = '?lab=grpo&preset=entropy-collapse&engine=cpu&replicas=4&validationEvery=0';

const trainingScript = /\/training\.worker-[^/]*\.js$/;

/** Workers hang in an endless loop once they have posted so many messages. */
const hangsAfter = (messages: number): string =>
  `{ const post = self.postMessage.bind(self); let left = ${messages};
     self.postMessage = (...said) => { post(...said); if (--left === 0) for (;;); }; }`;
/**
 * On a machine with cores for three policy workers, the first so many of them are others: an address, or code that runs
 * after their own. (Their scripts are fetched by a worker, which no route of the page sees.)
 */
const policyWorkers = (count: number, other: { address?: string; code?: string; alone?: boolean }): string =>
  `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 });
   { const { Worker } = self; let made = 0; const { address, code, alone } = ${JSON.stringify(other)};
     const script = (own) => address ? new URL(address, own)
       : URL.createObjectURL(new Blob([(alone ? '' : 'import ' + JSON.stringify(String(own)) + ';') + code], { type: 'text/javascript' }));
     self.Worker = class extends Worker {
       constructor(own, options) { super(made++ < ${count} ? script(own) : own, options); } }; }`;

/** Puts code before that of a worker's script, the first so many times that it is fetched. */
async function prepend(page: Page, script: RegExp, code: string, times = Infinity): Promise<void> {
  let fetched = 0;
  await page.route(script, async (route) => {
    if (++fetched > times) return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });
}

const silence = (page: Page) => status(page).getByText(text('status.silent'));
const notice = (page: Page, id: string) => page.getByRole('alert').getByText(text(id));
const workerOf = (page: Page): Promise<Worker> => page.waitForEvent('worker');

/** Waits until the worker has come to its endless step. */
async function untilStuck(page: Page): Promise<void> {
  await page.waitForTimeout(3000);
  const stuck = await stepsDone(page);
  await page.waitForTimeout(500);
  expect(await stepsDone(page)).toBe(stuck);
}

/** ms from the next click to when the page says something, by the page's own clock. */
const saidAfterClick = (page: Page, said: string): Promise<number> =>
  page.evaluate(
    (words) =>
      new Promise<number>((resolve) => {
        const begin = (): void => {
          const began = performance.now();
          const look = (): unknown => (document.body.textContent.includes(words) ? resolve(performance.now() - began) : requestAnimationFrame(look));
          look();
        };
        addEventListener('click', begin, { capture: true, once: true });
      }),
    said,
  );

describe('a training worker that no longer answers', () => {
  test('because its script never comes: this is said, and after Reset the next run trains', async () => {
    const { page } = await visit(short, inHaste());
    await page.route(trainingScript, () => undefined);
    await button(page, 'run.run').click();
    await silence(page).waitFor({ timeout: 15_000 });
    await button(page, 'run.reset').click();
    await expect.poll(() => silence(page).count()).toBe(0);
    await notice(page, 'page.workerEnded').waitFor({ timeout: 5000 });
    await page.unroute(trainingScript);
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 30_000);
    expect(await notice(page, 'page.workerEnded').count()).toBe(0);
  });

  test('is said to be silent, and is ended with a key press: the curves stay, the run goes on from its last checkpoint, and the next one trains', async () => {
    const { page } = await visit(long, inHaste());
    await prepend(page, trainingScript, hangsAfter(60), 1);
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    await silence(page).waitFor({ timeout: 30_000 });
    expect(await page.getByRole('status').filter({ hasText: text('status.silent') }).count(), 'a screen reader hears it').toBe(1);
    const measured = await stepsDone(page);
    expect(await violations(page)).toEqual([]);
    await button(page, 'status.endSilent').focus();
    await page.keyboard.press('Enter');
    await untilState(page, 'stopped', 5000);
    expect(await button(page, 'run.run').evaluate((run) => run === document.activeElement)).toBe(true);
    expect(await silence(page).count()).toBe(0);
    await notice(page, 'page.workerEnded').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await stepsDone(page)).toBe(measured);
    expect(await chart(page, 'entropy').getAttribute('aria-label')).toMatch(/first .* \(step 1\), last .* \(step \d+\)/);
    expect(await notice(page, 'page.weightsGone').count(), 'checkpoints are stored').toBe(0);
    await button(page, 'runs.goOn').click();
    await expect.poll(() => stepsDone(page), { timeout: 30_000 }).toBeGreaterThan(measured);
    await button(page, 'run.reset').click();
    await button(page, 'run.run').click();
    await untilStep(page, 3);
  });

  test.for([
    ['is left alone by Reset where it stops by itself', false],
    ['is ended within two seconds of Reset alone where it hangs in a step without end', true],
  ] as const)('%s, and the page says so', async ([, hangs], { annotate }) => {
    const { page } = await visit(long, inHaste());
    if (hangs) await prepend(page, trainingScript, hangsAfter(60), 1);
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    if (hangs) await untilStuck(page);
    const ready = saidAfterClick(page, text('status.ready', { steps: '#' }).split('#')[0]!);
    const ended = hangs ? saidAfterClick(page, text('page.workerEnded')) : undefined;
    await button(page, 'run.reset').click();
    await annotate(`Reset: ready after ${Math.round(await ready)} ms`);
    // The page's own part: a few frames, whatever the worker does.
    expect(await ready).toBeLessThan(500);
    if (ended) {
      await annotate(`worker ended after ${Math.round(await ended)} ms`);
      // By the page's clock: the worker has 1.8 s, which leaves 0.2 s to end it and to draw.
      expect(await ended).toBeGreaterThan(1700);
      expect(await ended).toBeLessThan(2000);
    } else {
      await page.waitForTimeout(2500);
      expect(await notice(page, 'page.workerEnded').count()).toBe(0);
    }
  });

  test('is ended after Reset, also in a step without end, and the run begun meanwhile trains in a new one', async ({ annotate }) => {
    const { page } = await visit(long, inHaste());
    await prepend(page, trainingScript, hangsAfter(60), 1);
    const first = workerOf(page);
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    await untilStuck(page);
    const began = performance.now();
    const since = (): number => Math.round(performance.now() - began);
    // Chromium gives a worker that is ended two seconds to come to the end of what it does.
    const closed = (await first).waitForEvent('close', { timeout: 10_000 }).then(since);
    const replaced = workerOf(page).then(since);
    await button(page, 'run.reset').click();
    await button(page, 'run.run').click();
    await untilStep(page, 1);
    const trained = since();
    await annotate(`Reset: new worker after ${await replaced} ms, first step after ${trained} ms, old worker gone after ${await closed} ms`);
    expect(await replaced).toBeGreaterThan(1000);
    // 1.8 s by the page's clock, and by this one two clicks and the word of a new worker, each by way of a busy browser.
    expect(await replaced).toBeLessThan(3500);
    await notice(page, 'page.workerEnded').waitFor();
  });
});

describe('a training worker that breaks', () => {
  test('because the browser has none: the run says so, another lab can be chosen, and later runs train', async () => {
    const { page } = await visit(short, inHaste());
    await page.evaluate(() => {
      const { Worker } = window;
      Object.assign(window, { Worker: undefined, bringBack: () => Object.assign(window, { Worker }) });
    });
    await button(page, 'run.run').click();
    await untilState(page, 'failed', 5000);
    const said = text('page.workerNotStarted', { reason: '' }).replace(/\.$/, '');
    await status(page).getByText(said).waitFor();
    await page.getByRole('button', { name: `${text('page.lab')}: ${text('lab.grpo')}` }).click();
    await page.getByRole('menuitemradio', { name: text('lab.biencoder') }).click();
    await page.getByRole('button', { name: `${text('page.lab')}: ${text('lab.biencoder')}` }).waitFor();
    await button(page, 'run.run').click();
    await untilState(page, 'failed', 5000);
    await page.evaluate(() => (window as unknown as { bringBack: () => void }).bringBack());
    await button(page, 'run.run').click();
    await untilStep(page, 1);
  });

  test.each([
    ['a rejection that nobody minds', `setTimeout(() => Promise.reject(new Error('nobody minds')), 1000);`, 'nobody minds'],
    ['an error outside of a run', `setTimeout(() => { throw new Error('out of nowhere'); }, 1000);`, 'out of nowhere'],
    ['a message that cannot be read', `setTimeout(() => dispatchEvent(new MessageEvent('messageerror')), 1000);`, 'could not be read'],
  ])('by %s: the run fails with the reason, and the next one trains', async (_, code, reason) => {
    const { page } = await visit(long, inHaste());
    await prepend(page, trainingScript, code, 1);
    await button(page, 'run.run').click();
    await untilState(page, 'failed', 15_000);
    await status(page).getByText(reason).waitFor();
    await button(page, 'run.run').click();
    await untilStep(page, 1);
    forgive(/nobody minds|out of nowhere/);
  });
});

describe('a policy worker', () => {
  test('that breaks takes its run back to the last checkpoint, not the page’s worker with it', async () => {
    // At the usual pace it trains for five seconds.
    const { page } = await visit(`${population}&steps=100`);
    const breaks = `setTimeout(() => { throw new Error('the worker broke'); }, 2500);`;
    await prepend(page, trainingScript, policyWorkers(3, { code: breaks }));
    await button(page, 'run.run').click();
    await status(page).getByText(/the worker broke/).waitFor({ timeout: 30_000 });
    await status(page).getByText(text('note.recovered', { step: '#' }).split('#')[0]!).waitFor();
    await untilState(page, 'finished');
    expect(await stepsDone(page)).toBe(100);
    expect(await button(page, 'runs.fork').count(), 'its checkpoints are there').toBe(1);
    forgive(/the worker broke/);
  });

  test.each([
    ['does nothing', 'did not answer within 8 s', { code: '', alone: true }],
    ['cannot be fetched', 'could not be loaded', { address: 'nowhere.js' }],
    ['throws at once', 'no such thing', { code: `throw new Error('no such thing');` }],
  ])('whose script %s leaves its part to the training worker, and the run says so', async (_, reason, other) => {
    const { page } = await visit(`${population}&steps=10`, inHaste());
    await prepend(page, trainingScript, policyWorkers(Infinity, other));
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 60_000);
    expect(await stepsDone(page)).toBe(10);
    const said = status(page).getByText(text('note.workersUnused', { reason: '#' }).split('#')[0]!);
    expect(await said.count()).toBe(1);
    expect(await said.textContent()).toContain(reason);
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 20_000);
    forgive(/ERR_FAILED|no such thing/);
  });

  test('whose script does nothing leaves its part to the training worker also where the others train theirs', async () => {
    const { page } = await visit(`${population}&steps=10`, inHaste());
    await prepend(page, trainingScript, policyWorkers(1, { code: '', alone: true }));
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 60_000);
    expect(await stepsDone(page)).toBe(10);
    const said = status(page).getByText(text('note.workersUnused', { reason: '#' }).split('#')[0]!);
    expect(await said.textContent()).toContain('did not answer within 8 s');
  });

  test('that falls silent is given up once the others have answered, and its run recovers', async () => {
    const { page } = await visit(`${population}&steps=60`, inHaste());
    await prepend(page, trainingScript, policyWorkers(1, { code: hangsAfter(40) }));
    await button(page, 'run.run').click();
    await status(page).getByText(text('note.workerLost', { reason: '#' }).split('#')[0]!).waitFor({ timeout: 40_000 });
    await untilState(page, 'finished');
    expect(await stepsDone(page)).toBe(60);
  });
});
