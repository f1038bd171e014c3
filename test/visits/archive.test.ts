import type { BrowserContext, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { button, forgive, inHaste, paced, stepsDone, text, untilState, untilStep, visit } from '../browser/visit.js';

const short = '?lab=grpo&preset=collapse&validationEvery=10';
const query = `${short}&steps=120`;
const title = text('runs.title');
const items = (page: Page) => page.getByRole('region', { name: title }).getByRole('listitem');
const running = async (page: Page): Promise<void> => button(page, 'run.run').waitFor();

/** What the archive has of each run: its state, and every number that was measured. */
function stored(page: Page): Promise<{ state: string; step: number; checkpoints: number; rows: Record<string, number[]> }[]> {
  return page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as Error);
      });
    const database = await result(indexedDB.open('tuning-playground'));
    const transaction = database.transaction(['runs', 'rows', 'checkpoints']);
    type Part = { run: string; rows: { steps: Int32Array; columns: Record<string, Float64Array> } };
    const runs = await result<{ id: string; head: { state: string; step: number; created: number } }[]>(transaction.objectStore('runs').getAll());
    const parts = await result<Part[]>(transaction.objectStore('rows').getAll());
    const keys = (await result(transaction.objectStore('checkpoints').getAllKeys())) as [string, number][];
    database.close();
    return runs.sort((a, b) => a.head.created - b.head.created).map(({ id, head }) => {
      const own = parts.filter(({ run }) => run === id);
      const rows: Record<string, number[]> = { step: own.flatMap(({ rows }) => [...rows.steps]) };
      for (const metric of ['reward', 'validation.answer', 'gradNorm', 'kl']) {
        rows[metric] = own.flatMap(({ rows }) => [...(rows.columns[metric] ?? new Float64Array(rows.steps.length).fill(NaN))]);
      }
      return { state: head.state, step: head.step, checkpoints: keys.filter(([run]) => run === id).length, rows };
    });
  });
}

async function untilStored(page: Page, state: string): Promise<void> {
  await expect.poll(async () => (await stored(page)).at(-1)?.state, { timeout: 20_000 }).toBe(state);
}

describe('a run that is cut off', () => {
  /** Of a run that takes long enough to be cut off on any machine; what trains in a page that is opened then takes no longer than it must. */
  async function cutOff(page: Page): Promise<void> {
    await button(page, 'run.run').click();
    await untilStep(page, 24);
    // Measurements and checkpoints are written every second.
    await expect.poll(async () => (await stored(page))[0]?.checkpoints ?? 0, { timeout: 20_000 }).toBeGreaterThan(3);
    await expect.poll(async () => (await stored(page))[0]?.rows['step']!.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(20);
    await page.evaluate(() => localStorage.setItem('pace', '0'));
  }

  async function goesOnAsIfNothingHadHappened(page: Page): Promise<void> {
    const item = items(page).first();
    await item.getByText(text('status.interrupted')).waitFor();
    await item.locator('.name').click();
    await button(page, 'runs.goOn').click();
    await untilState(page, 'finished', 120_000);
    await untilStored(page, 'finished');
    // The same run without a break.
    await button(page, 'run.run').click();
    await untilStep(page, 1);
    await untilState(page, 'finished', 120_000);
    await expect.poll(async () => (await stored(page)).length).toBe(2);
    await untilStored(page, 'finished');
    const [cut, whole] = await stored(page);
    expect(cut!.rows['step']).toEqual(Array.from({ length: 121 }, (_, step) => step));
    expect(cut!.rows).toEqual(whole!.rows);
  }

  test('by a reload is there, and goes on bit for bit as if it had not been', async () => {
    const { page } = await visit(`${query}&engine=cpu`, paced(20));
    await cutOff(page);
    await page.reload();
    await running(page);
    await goesOnAsIfNothingHadHappened(page);
  });

  test('by a crash of the tab is there in the next one, and goes on', async () => {
    const { page } = await visit(`${query}&engine=cpu`, paced(20));
    await cutOff(page);
    const context: BrowserContext = page.context();
    const session = await context.newCDPSession(page);
    const address = page.url();
    void session.send('Page.crash').catch(() => undefined);
    await page.waitForEvent('crash');
    const next = await context.newPage();
    await next.goto(address);
    await running(next);
    await goesOnAsIfNothingHadHappened(next);
  });

  test('by its worker keeps what was stored: curve, checkpoints, and the way on', async () => {
    const { page } = await visit(`${query}&engine=cpu`, { ...paced(20), ahead: false });
    await page.evaluate(() => {
      const { Worker: Real } = window;
      window.Worker = class extends Real {
        constructor(...options: ConstructorParameters<typeof Real>) {
          super(...options);
          Object.assign(window, { training: this });
        }
      };
    });
    await cutOff(page);
    await page.evaluate(() => (window as unknown as { training: Worker }).training.dispatchEvent(new ErrorEvent('error', { message: 'gone' })));
    await untilState(page, 'failed');
    await page.getByRole('combobox', { name: text('charts.pace') }).selectOption(text('charts.pace.fastest'));
    await button(page, 'runs.goOn').click();
    await untilState(page, 'finished', 120_000);
    expect(await stepsDone(page)).toBe(120);
    forgive(/gone/);
  });
});

test('a forked run from a checkpoint of before a reload, with nothing changed, is the original again', async () => {
  const { page } = await visit(`${short}&steps=30&engine=cpu`, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 60_000);
  await untilStored(page, 'finished');
  await expect.poll(async () => (await stored(page))[0]!.checkpoints, { timeout: 20_000 }).toBeGreaterThan(3);
  await page.reload();
  await running(page);
  await items(page).first().locator('.name').click();
  await page.getByRole('combobox', { name: text('runs.forkStep') }).selectOption('10');
  await button(page, 'runs.fork').click();
  await untilState(page, 'finished', 60_000);
  await expect.poll(async () => (await stored(page)).length, { timeout: 20_000 }).toBe(2);
  await untilStored(page, 'finished');
  const [original, fork] = await stored(page);
  const from = fork!.rows['step']!.indexOf(11);
  for (const metric of ['reward', 'gradNorm', 'kl']) expect(fork!.rows[metric]!.slice(from, from + 20)).toEqual(original!.rows[metric]!.slice(11));
});

test('two tabs share the runs: what one trains the other shows as such, and neither disturbs the other', async () => {
  const { page } = await visit(`${short}&steps=400`, paced(60));
  await button(page, 'run.run').click();
  await untilStep(page, 5);
  await expect.poll(async () => (await stored(page)).length, { timeout: 20_000 }).toBe(1);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await running(other);
  await items(other).first().getByText(text('status.elsewhere')).waitFor();
  await other.reload();
  await running(other);
  await items(other).first().getByText(text('status.elsewhere')).waitFor();
  const name = 'Named beside';
  await items(other).first().getByRole('button', { name: text('shelf.menu', { name: '' }) }).click();
  await other.getByRole('textbox', { name: text('shelf.name') }).fill(name);
  await other.getByRole('textbox', { name: text('shelf.name') }).press('Enter');
  await items(page).first().getByText(name).waitFor();
  await untilStep(page, (await stepsDone(page)) + 20);
  await other.reload();
  await running(other);
  await items(other).first().getByText(name).waitFor();
  await button(page, 'run.reset').click();
  await items(other).first().getByText(text('status.stopped')).waitFor({ timeout: 90_000 });
  await page.close();
  expect(await items(other).count()).toBe(1);
});

test('runs that an earlier version stored are there, with what was said of them', async () => {
  const { page } = await visit(`${short}&steps=20`, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 60_000);
  await untilStored(page, 'finished');
  const [before] = await stored(page);
  const address = page.url();
  // A page of the same origin that opens nothing.
  await page.goto(new URL('icon.svg', address).href);
  await page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const name = 'tuning-playground';
    const now = await result(indexedDB.open(name));
    const transaction = now.transaction(['runs', 'rows']);
    type Stored = { id: string; head: { best?: { scores?: readonly number[] } } };
    const runs = await result<Stored[]>(transaction.objectStore('runs').getAll());
    const rows = await result<object[]>(transaction.objectStore('rows').getAll());
    now.close();
    await result(indexedDB.deleteDatabase(name));
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      const { result: first } = opening;
      first.createObjectStore('checkpoints', { keyPath: ['run', 'step'] }).createIndex('sizes', ['stored', 'bytes']);
      const [ownRuns, ownRows] = [first.createObjectStore('runs', { keyPath: 'id' }), first.createObjectStore('rows', { autoIncrement: true })];
      ownRows.createIndex('run', 'run');
      for (const { id, head } of runs) {
        delete head.best?.scores;
        ownRuns.put({ id, head, label: { color: 4, name: 'Named long ago' } });
      }
      for (const part of rows) ownRows.add(part);
    };
    (await result(opening)).close();
  });
  // A picture's address is no page: the browser may have asked for an icon that is not there.
  forgive(/404/);
  await page.goto(address);
  await running(page);
  const item = items(page).first();
  await item.getByText('Named long ago').waitFor();
  expect(await item.innerText()).toContain(`${text('metric.validation.answer')}: best`);
  const [after] = await stored(page);
  expect(after).toEqual({ ...before, checkpoints: 0 });
});

describe('where storage', () => {
  test('is refused, the run trains all the same, and the page says so', async () => {
    const { page } = await visit('', { ahead: false });
    await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: { open: () => { throw new DOMException('The operation is insecure.', 'SecurityError'); } } }));
    await page.goto(`${page.url().split('?')[0]!}${short}&steps=20`);
    await running(page);
    await page.getByText('The operation is insecure', { exact: false }).first().waitFor();
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 60_000);
    expect(await stepsDone(page)).toBe(20);
    expect(await items(page).count()).toBe(1);
  });

  test('is nearly full, the oldest checkpoints go first, training goes on, and the page says so', async () => {
    const { page } = await visit(`${short}&steps=60`, inHaste());
    const session = await page.context().newCDPSession(page);
    // Before anything is written: the browser looks only now and then how much is left.
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 14 * 2 ** 20 });
    for (let i = 0; i < 5; i++) {
      await button(page, 'run.run').click();
      await untilStep(page, 1);
      await untilState(page, 'finished', 60_000);
      await expect.poll(async () => (await stored(page)).map(({ state }) => state), { timeout: 20_000 }).toEqual(Array.from({ length: i + 1 }, () => 'finished'));
    }
    await page.getByText(/storage was nearly full/).first().waitFor({ timeout: 20_000 });
    const runs = await stored(page);
    expect(runs[0]!.checkpoints).toBe(0);
    expect(runs.every(({ rows }) => rows['step']!.length === 61)).toBe(true);
    expect(await items(page).count()).toBe(5);
  });
});

test('200 stored runs are listed within a second, damaged ones are told and left alone', async () => {
  const { page } = await visit(`${short}&steps=20`, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 60_000);
  await untilStored(page, 'finished');
  await page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await result(indexedDB.open('tuning-playground'));
    const transaction = database.transaction(['runs', 'rows'], 'readwrite');
    type Shelved = { id: string; head: { id: string; created: number; schema: number } };
    const [run] = await result<Shelved[]>(transaction.objectStore('runs').getAll());
    const [part] = await result<{ run: string }[]>(transaction.objectStore('rows').getAll());
    for (let i = 0; i < 199; i++) {
      const id = `copy ${i}`;
      transaction.objectStore('runs').put({ ...run!, id, head: { ...run!.head, id, created: run!.head.created + i } });
      transaction.objectStore('rows').add({ ...part!, run: id });
    }
    transaction.objectStore('runs').put({ id: 'damaged', head: { schema: 1 }, label: {} });
    transaction.objectStore('runs').put({ id: 'newer', head: { ...run!.head, id: 'newer', schema: 99 }, label: {} });
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    database.close();
  });
  await page.reload();
  await running(page);
  await page.getByText(text('note.runsDamaged', { count: 2 })).waitFor();
  expect(await items(page).count()).toBe(200);
  const opened = await page.evaluate(() => performance.getEntriesByName('shelf opened')[0]!.duration);
  expect(opened, 'ms from the start to the list').toBeLessThan(1000);
  expect((await stored(page)).length).toBe(202);
});
