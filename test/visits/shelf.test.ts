import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { beginRecord } from '../../src/core/run/record.js';
import { shelve } from '../browser/shelved.js';
import { button, forgive, inHaste, paced, runButton, stepsDone, text, type, untilState, untilStep, violations, visit, type VisitOptions } from '../browser/visit.js';

const query = '?lab=grpo&preset=collapse&steps=10&validationEvery=5&replicas=2&engine=cpu';
const preset = text('preset.grpo.collapse');
const base = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'collapse')!);
/** A run of a file. */
const file = encodeRun({
  ...beginRecord({ lab: 'grpo', preset: 'collapse', base, config: base, seeds: [0], steps: 10 }, { id: 'elsewhere', version: '0.0.0', created: 1e12 }),
  state: 'finished', step: 10, series: [],
});
const items = (page: Page): Locator => page.getByRole('region', { name: text('runs.title') }).getByRole('listitem');
const dialog = (page: Page): Locator => page.locator('dialog[open]');
const rows = (page: Page): Locator => dialog(page).locator('tbody').getByRole('row');
const menuOf = (of: Locator): Locator => of.getByRole('button', { name: text('shelf.menu', { name: '' }) });
const popover = (page: Page): Locator => page.locator(':popover-open');
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement!.ariaLabel ?? '');

/** A page with a run for each learning rate, the last one in the foreground. */
async function trained(rates: readonly string[], options: VisitOptions = {}): Promise<Page> {
  const { page } = await visit(query, { ...inHaste(), ...options });
  for (const [i, rate] of rates.entries()) {
    await type(page, 'learningRate', rate);
    await button(page, 'run.run').click();
    await expect.poll(() => items(page).count()).toBe(i + 1);
    await untilStep(page, 10);
    await untilState(page, 'finished');
  }
  return page;
}

/** Loads the page again, at once: what a person has done stays. */
async function reload(page: Page): Promise<void> {
  await page.reload();
  await runButton(page).waitFor();
}

/** Words of the table's cells that stand on two lines. */
const brokenWords = (page: Page): Promise<string[]> =>
  dialog(page).locator('tbody').evaluate((body) => {
    const broken: string[] = [];
    const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (!node.parentElement!.closest('td')) continue;
      for (const { index, 0: word } of node.textContent!.matchAll(/[^\s-]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word);
      }
    }
    return broken;
  });

/** Where a cell's text begins and ends. */
const extentOf = (cell: Locator): Promise<{ left: number; right: number }> =>
  cell.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right } = range.getBoundingClientRect();
    return { left, right };
  });

/** `0.12` of `+0.12 ± 0.03` */
const numberOf = (said: string): number => Number(said.replace('−', '-').replace(/[^-\d.e].*$/, ''));

test('a run is renamed, noted, pinned and coloured, and a reload keeps it', async () => {
  const page = await trained(['1e-3', '2e-3']);
  const older = items(page).nth(1);
  const name = await older.locator('.name').innerText();
  expect(name).toContain(`${text('metric.validation.answer')}: best`);
  await menuOf(older).click();
  await popover(page).getByRole('textbox', { name: text('shelf.name') }).fill('The slow one');
  await popover(page).getByRole('textbox', { name: text('shelf.note') }).fill('Start with this on Tuesday.');
  await popover(page).getByRole('radio', { name: text('shelf.colorNumber', { number: 7 }) }).check();
  await popover(page).getByRole('checkbox', { name: text('shelf.pin') }).check();
  expect(await violations(page)).toEqual([]);
  await popover(page).getByRole('textbox', { name: text('shelf.name') }).press('Enter');
  // It is pinned, so it comes first.
  const pinned = items(page).first();
  await expect.poll(() => focused(page)).toBe(text('shelf.menu', { name: 'The slow one' }));
  const check = async (): Promise<void> => {
    expect(await pinned.locator('.name').innerText()).toMatch(/^The slow one/);
    expect(await pinned.innerText()).toContain('Start with this on Tuesday.');
    expect(await pinned.innerText()).toContain(text('shelf.pinned'));
    const color = await pinned.getByRole('button', { name: text('shelf.onCharts', { name: 'The slow one' }) }).getAttribute('style');
    expect(color).toContain('--series-6');
  };
  await check();
  await reload(page);
  await check();
  await menuOf(pinned).click();
  await popover(page).getByRole('textbox', { name: text('shelf.name') }).fill('');
  await reload(page);
  expect(await pinned.locator('.name').innerText()).toContain('Learning rate 1e-3');
});

test('of many runs the list says once what they have in common, each one in a line, and they can be saved without a search for the button', async () => {
  const { page } = await visit('?lab=grpo&preset=collapse');
  const changes = Array.from({ length: 20 }, (_, i) => ({ rolloutN: 8, learningRate: 1e-3 + 1e-4 * i }));
  await shelve(page, { preset: 'collapse', metrics: ['validation.answer'], steps: 20, changes });
  const list = page.getByRole('region', { name: text('runs.title') });
  await list.getByText(text('compare.common', { parts: `${preset} · ${text('parameter.rolloutN')} 8` })).waitFor();
  const names = await items(page).locator('.name').evaluateAll((all) => all.map((name) => name.firstChild!.textContent!.trim()));
  expect(names.slice(-2)).toEqual(['Learning rate 1.1e-3', 'Learning rate 1e-3']);
  expect(names).toHaveLength(20);
  const { y, height } = (await button(page, 'carry.save').boundingBox())!;
  expect(y + height).toBeLessThan(900);
  expect(await violations(page)).toEqual([]);
});

test('a run that is paused, and the page loaded again at once, was cut off at the step of the pause', async () => {
  const { page } = await visit(query.replace('steps=10', 'steps=400'), paced(60));
  await button(page, 'run.run').click();
  await untilStep(page, 12);
  await button(page, 'run.pause').click();
  await untilState(page, 'paused');
  const step = await stepsDone(page);
  await reload(page);
  await items(page).first().getByText(`${text('status.interrupted')} · ${text('runs.step', { step })}`).waitFor();
});

test('a run in the foreground is hidden behind the next one, and the only one says why it stays', async () => {
  const page = await trained(['1e-3', '2e-3']);
  const [newer, older] = [items(page).first(), items(page).nth(1)];
  const swatch = (of: Locator): Locator => of.getByRole('button', { name: text('shelf.onCharts', { name: '' }) });
  await swatch(newer).click();
  expect(await swatch(newer).getAttribute('aria-pressed')).toBe('false');
  expect(await older.locator('.name').getAttribute('aria-pressed')).toBe('true');
  expect(await swatch(older).getAttribute('title')).toBe(text('shelf.onlyOnCharts'));
  await swatch(older).click({ force: true });
  expect(await swatch(older).getAttribute('aria-pressed')).toBe('true');
  await swatch(newer).click();
  expect(await swatch(older).getAttribute('aria-disabled')).toBe('false');
});

test.each([[1440, true], [1100, false]])('in a window of %i px a run that the legend brings to the foreground is in sight in the list: %s; the charts stay where they are', async (width, beside) => {
  const { page } = await visit('?lab=grpo&preset=collapse');
  const changes = Array.from({ length: 10 }, (_, i) => ({ learningRate: 1e-3 + 1e-4 * i }));
  await shelve(page, { preset: 'collapse', metrics: ['validation.answer'], steps: 20, changes });
  await page.setViewportSize({ width, height: 700 });
  const oldest = items(page).last();
  const isInSight = async (): Promise<boolean> => {
    const { y, height } = (await oldest.boundingBox())!;
    // Columns scroll by whole pixels.
    return y > -1 && y + height < 701;
  };
  expect(await isInSight()).toBe(false);
  const legend = page.getByRole('list', { name: text('charts.legend') });
  const scrolled = (): Promise<number[]> => page.evaluate(() => [...document.querySelectorAll('.columns, main')].map(({ scrollTop }) => scrollTop));
  await legend.getByRole('button', { name: / 1e-3$/ }).scrollIntoViewIfNeeded();
  const before = await scrolled();
  await legend.getByRole('button', { name: / 1e-3$/ }).click();
  await expect.poll(() => oldest.locator('.name').getAttribute('aria-pressed')).toBe('true');
  expect(await isInSight()).toBe(beside);
  expect(await scrolled()).toEqual(before);
});

test('a run that is taken off the shelf is so in other tabs, comes back by Undo, and is gone after a reload without it', async () => {
  const page = await trained(['1e-3', '2e-3']);
  await page.waitForTimeout(1500);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect.poll(() => items(other).count()).toBe(2);
  await items(page).first().getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => items(page).count()).toBe(1);
  await expect.poll(() => items(other).count(), { timeout: 10_000 }).toBe(1);
  await button(page, 'runs.restore').click();
  await expect.poll(() => items(page).count()).toBe(2);
  await expect.poll(() => items(other).count(), { timeout: 10_000 }).toBe(2);
  await other.close();
  await items(page).first().getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => items(page).count()).toBe(1);
  await reload(page);
  await expect.poll(() => items(page).count()).toBe(1);
  expect(await items(page).first().innerText()).toContain('1e-3');
});

describe('the table', () => {
  const end = text('shelf.place.final', { metric: text('metric.validation.answer') });

  test('sorts by any column, shows those that are chosen, and tells the difference to the baseline', async () => {
    const page = await trained(['1e-6', '3e-3', '1e-3']);
    await button(page, 'shelf.table').click();
    await rows(page).nth(2).waitFor();
    const ends = async (): Promise<number[]> => (await dialog(page).locator('tbody tr td:last-child').allInnerTexts()).map(numberOf);
    const heading = dialog(page).getByRole('columnheader', { name: end });
    await heading.getByRole('button').click();
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    const falling = await ends();
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    await heading.getByRole('button').press('Enter');
    expect(await ends()).toEqual([...falling].reverse());

    await dialog(page).getByRole('button', { name: text('shelf.columns') }).click();
    const differing = popover(page).getByRole('group', { name: text('shelf.columns.differing') });
    await expect.poll(() => differing.getByRole('checkbox').count(), { message: 'what tells the runs apart stands by itself' }).toBe(1);
    expect(await popover(page).getByRole('group').first().innerText()).toBe(await differing.innerText());
    await differing.getByRole('checkbox', { name: text('parameter.learningRate'), exact: true }).check();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog(page).getByRole('columnheader', { name: text('parameter.learningRate'), exact: true }).getByRole('button').click();
    expect(await dialog(page).locator('tbody tr td:last-child').allInnerTexts()).toEqual(['3e-3', '1e-3', '1e-6']);

    const legend = dialog(page).getByText(text('shelf.howDifference'));
    expect(await legend.count(), 'there is nothing to explain yet').toBe(0);
    const [score, rate] = await Promise.all([-2, -1].map((place) => extentOf(rows(page).first().getByRole('cell').nth(place))));
    expect(rate!.left - score!.right, 'px between a number and the text beside it').toBeGreaterThanOrEqual(20);

    await menuOf(rows(page).last()).click();
    await popover(page).getByRole('checkbox', { name: text('shelf.makeBaseline') }).check();
    await page.keyboard.press('Escape');
    const said = async (): Promise<string> => (await rows(page).first().locator('td.number').last().innerText()).replace(/\s+/g, ' ');
    const [own, difference] = (await said()).split(' SD ');
    const base = numberOf(await rows(page).last().locator('td.number').last().innerText());
    expect(numberOf(difference!.replace('+', ''))).toBeCloseTo(numberOf(own!) - base, 1);
    expect(difference).toMatch(/ ± \d/);
    expect(await legend.count()).toBe(1);
    await page.keyboard.press('Escape');

    await reload(page);
    await button(page, 'shelf.table').click();
    expect(await rows(page).last().innerText()).toContain(text('shelf.baseline'));
    expect(await said()).toContain(difference!);

    // As after the browser was closed.
    const other = await page.context().newPage();
    await other.goto(page.url());
    await items(other).filter({ hasText: '1e-6' }).getByText(text('shelf.baseline')).waitFor();
    await menuOf(rows(page).nth(1)).click();
    await popover(page).getByRole('checkbox', { name: text('shelf.makeBaseline') }).check();
    await items(other).filter({ hasText: '1e-3' }).getByText(text('shelf.baseline')).waitFor();
    expect(await items(other).getByText(text('shelf.baseline')).count()).toBe(1);
  });

  test('is worked by keys: several are selected, compared, copied as Markdown, deleted and brought back', async () => {
    const page = await trained(['1e-3', '2e-3', '3e-3'], { permissions: ['clipboard-read', 'clipboard-write'] });
    await button(page, 'shelf.table').press('Enter');
    const boxes = rows(page).getByRole('checkbox');
    const few = dialog(page).getByText(text('shelf.compareFew'));
    await few.waitFor();
    await boxes.first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Space');
    expect(await boxes.evaluateAll((all: HTMLInputElement[]) => all.map(({ checked }) => checked))).toEqual([true, true, true]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await dialog(page).getByText(text('shelf.selected', { count: 2 })).waitFor();
    expect(await few.count()).toBe(0);
    expect(await violations(page)).toEqual([]);

    await button(page, 'shelf.compare').last().press('Enter');
    await dialog(page).getByRole('heading', { name: text('compare.title') }).waitFor();
    expect(await rows(page).filter({ hasText: text('parameter.learningRate') }).innerText()).toMatch(/1e-3\s+3e-3/);
    expect(await rows(page).filter({ hasText: text('parameter.temperature') }).count()).toBe(0);
    // Both were trained here, to the same step, over the same seeds.
    await dialog(page).getByRole('heading', { name: text('compare.rollouts', { step: 10, seed: 0 }) }).waitFor();
    expect(await violations(page)).toEqual([]);
    await button(page, 'compare.copy').press('Enter');
    await dialog(page).getByText(text('compare.copied'), { exact: true }).waitFor();
    const markdown = await page.evaluate(() => navigator.clipboard.readText());
    expect(markdown).toMatch(/^\| Learning rate \| 1e-3 \| 3e-3 \|$/m);
    expect(markdown).toMatch(new RegExp(`^\\| ${end} \\| [\\d.]+ ± [\\d.]+ SD \\| [\\d.]+ ± [\\d.]+ SD \\([+−]?[\\d.]+ ± [\\d.]+ at 95%\\) \\|$`, 'm'));
    expect(markdown).toContain(preset);
    expect(markdown).toMatch(/^\| Verdict on .* \| baseline \| .*in \d of 2 seeds/m);

    await dialog(page).getByRole('button', { name: text('compare.back') }).press('Enter');
    await boxes.first().focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await focused(page)).toContain('2e-3');
    await dialog(page).getByRole('button', { name: text('runs.restore') }).press('Enter');
    await expect.poll(() => rows(page).count()).toBe(3);
    await dialog(page).getByRole('searchbox').fill('actor.optim.lr 2e-3');
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.keyboard.press('Escape');
  });

  test.each(['light', 'dark'] as const)('and the comparison fit a phone, and can be read (%s)', async (colorScheme) => {
    const page = await trained(['1e-3', '2e-3'], { colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    // Of runs of before a reload there are no responses: nothing in the comparison takes the focus but itself.
    await reload(page);
    await page.locator('input[type=file]').setInputFiles({ name: 'a-night-on-the-cluster.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(file) });
    await expect.poll(() => items(page).count()).toBe(3);
    const fits = (): Promise<boolean> => dialog(page).evaluate((open) => open.scrollWidth <= 360 && open.getBoundingClientRect().width <= 360);
    await button(page, 'shelf.table').click();
    await rows(page).nth(2).waitFor();
    expect(await fits()).toBe(true);
    expect(await brokenWords(page)).toEqual([]);
    await menuOf(rows(page).first()).click();
    const box = (await popover(page).boundingBox())!;
    expect(Math.min(box.x, box.y, 360 - box.x - box.width, 740 - box.y - box.height)).toBeGreaterThanOrEqual(0);
    await popover(page).getByRole('button', { name: text('shelf.done') }).click();
    await dialog(page).getByRole('checkbox', { name: text('shelf.selectAll') }).check();
    expect(await violations(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: text('shelf.compare') }).click();
    await dialog(page).getByRole('heading', { name: text('compare.title') }).waitFor();
    expect(await fits()).toBe(true);
    expect(await violations(page)).toEqual([]);
  });
});

test('a table that could not be fetched says so, and is there the next time it is asked for', async () => {
  const page = await trained(['1e-3']);
  await page.route('**/assets/RunTable-*.js', (route) => route.abort());
  await button(page, 'shelf.table').click();
  await dialog(page).getByRole('alert').getByText(text('page.partMissing')).waitFor();
  await dialog(page).getByRole('button', { name: text('page.close') }).click();
  await page.unroute('**/assets/RunTable-*.js');
  await button(page, 'shelf.table').click();
  await expect.poll(() => rows(page).count()).toBe(1);
  forgive(/ERR_FAILED|dynamically imported module/);
});
