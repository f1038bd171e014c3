import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { decodeRuns } from '../../src/core/run/decode.js';
import { button, chart, field, forgive, inHaste, lineInk, status, text, type, untilState, untilStep, violations, visit } from '../browser/visit.js';

const folder = mkdtempSync(join(tmpdir(), 'runs-'));
/** What headless prints, byte for byte. */
let printed: string;

const headless = (...args: string[]): string => execFileSync(process.execPath, ['scripts/headless.mjs', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const inFolder = (name: string): string => join(folder, name);

beforeAll(() => {
  printed = headless('grpo', '--preset', 'entropy-collapse', '--steps', '12', '--replicas', '2', '--set', 'validationEvery=4', '--engine', 'cpu', '--at', '7:learningRate=1e-3', '--json');
  writeFileSync(inFolder('headless.jsonl'), printed);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Drops files on the page as a person does. */
async function drop(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  const transfer = await page.evaluateHandle((named) => {
    const data = new DataTransfer();
    for (const [name, content] of Object.entries(named)) data.items.add(new File([content], name));
    return data;
  }, files);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.getByText(text('carry.drop')).waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** Runs in the list. */
const runs = (page: Page): Promise<string[]> => page.getByRole('region', { name: text('runs.title') }).getByRole('listitem').allInnerTexts();
const notice = (page: Page): Promise<string> => page.getByRole('alert').innerText();

async function saved(page: Page, id: string): Promise<{ readonly name: string; readonly content: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, id).click()]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path(), 'utf8') };
}

/** The learning rate as its field has it. */
const learningRate = (page: Page): Promise<string> => field(page, 'learningRate').inputValue();
const entropyCollapse = '?lab=grpo&preset=entropy-collapse&v=1';

describe('a file of runs', () => {
  test('that headless printed is dropped on the page, drawn, marked, kept, and saved as lines that headless shows', async () => {
    const { page } = await visit(entropyCollapse);
    await drop(page, { 'headless.jsonl': printed });
    await page.getByText(text('carry.opened', { file: 'headless.jsonl', count: 1 })).waitFor();
    expect(await chart(page, 'entropy').getAttribute('aria-label')).toMatch(/last .* \(step 12\)/);
    await expect.poll(() => lineInk(chart(page, 'entropy'))).toBeGreaterThan(50);
    expect(await status(page).innerText()).toContain(text('carry.recorded', { file: 'headless.jsonl' }));
    const [item] = await runs(page);
    expect(item).toContain('headless.jsonl');
    expect(item).toMatch(/Step 7: Learning rate 6e-3 → 1e-3/);

    const { name, content } = await saved(page, 'carry.save');
    expect(name).toMatch(/^grpo-entropy-collapse-\d{4}-\d\d-\d\d\.jsonl$/);
    const [mine, theirs] = [decodeRuns(content), decodeRuns(printed)];
    expect(mine).toEqual({ ...theirs, said: [{ color: 0, foreground: true }] });
    writeFileSync(inFolder(name), content);
    expect(headless('show', inFolder(name))).toBe(headless('show', inFolder('headless.jsonl')));

    await page.reload();
    await page.getByText('headless.jsonl').first().waitFor();
    expect(await runs(page)).toHaveLength(1);
    await drop(page, { 'again.jsonl': printed });
    await page.getByText(text('carry.known', { file: 'again.jsonl', count: 1 })).waitFor();
    expect(await runs(page)).toHaveLength(1);
  });

  test('that is chosen with the button says line by line what is wrong, and leaves what was there', async () => {
    const { page } = await visit(`${entropyCollapse}&steps=3&validationEvery=0`, inHaste());
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 120_000);
    const lines = printed.split('\n');
    const damaged = [...lines.slice(0, 3), 'Traceback (most recent call last):', ...lines.slice(3)].join('\n');
    writeFileSync(inFolder('damaged.jsonl'), damaged);
    writeFileSync(inFolder('picture.txt'), '\u0089PNG\r\n<script>document.title = "executed"</script>');
    const chooser = page.waitForEvent('filechooser');
    await button(page, 'carry.open').click();
    await (await chooser).setFiles([inFolder('damaged.jsonl'), inFolder('picture.txt')]);
    await page.getByText(text('carry.nothing', { file: 'picture.txt' })).waitFor();
    const told = await notice(page);
    expect(told).toContain(text('carry.opened', { file: 'damaged.jsonl', count: 1 }));
    expect(told).toContain('Line 4: “Traceback (most recent call last):” is not JSON.');
    expect(told).toMatch(/Line 1: .* is not JSON/);
    expect(await page.title()).not.toContain('executed');
    expect(await runs(page)).toHaveLength(2);
    await button(page, 'page.dismiss').click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('of another lab is taken up, and the page says where it is', async () => {
    const { page } = await visit('?lab=biencoder');
    await drop(page, { 'headless.jsonl': printed });
    const lab = text('lab.grpo');
    await page.getByText(text('carry.elsewhere', { count: 1, lab })).waitFor();
    expect(await runs(page)).toHaveLength(0);
    await page.getByRole('button', { name: text('carry.show', { lab }) }).click();
    await expect.poll(() => chart(page, 'entropy').getAttribute('aria-label')).toMatch(/\(step 12\)/);
  });
});

/** Opens a link in a page whose server answers for a file as it is told to. */
async function follow(query: string, file: string, answer: { readonly status?: number; readonly body: string; readonly contentType?: string }): Promise<Page> {
  const { page } = await visit();
  await page.route(`**/${file}`, (route) => route.fulfill({ contentType: 'application/octet-stream', ...answer }));
  await page.goto(inject('address') + query);
  await button(page, 'run.run').waitFor();
  return page;
}

describe('a link to runs', () => {
  test('of this site opens them in their lab, once', async () => {
    const page = await follow('?runs=data/runs.jsonl', 'data/runs.jsonl', { body: printed });
    await page.getByText(text('carry.opened', { file: 'runs.jsonl', count: 1 })).waitFor();
    expect(await chart(page, 'entropy').getAttribute('aria-label')).toMatch(/\(step 12\)/);
    await expect.poll(() => page.url()).not.toContain('runs=');
    const other = await follow('?runs=data/runs.jsonl', 'data/runs.jsonl', { body: headless('reward-model', '--steps', '4', '--engine', 'cpu', '--json') });
    await other.getByText(text('carry.opened', { file: 'runs.jsonl', count: 1 })).waitFor();
    await expect.poll(() => chart(other, 'validationLoss', 'reward-model').getAttribute('aria-label')).toMatch(/\(step 4\)/);
  });

  test('shows them in a frame, too', async () => {
    const page = await follow('?lab=grpo&preset=entropy-collapse&embed=1&charts=entropy&runs=runs.jsonl', 'runs.jsonl', { body: printed });
    await expect.poll(() => chart(page, 'entropy').getAttribute('aria-label')).toMatch(/\(step 12\)/);
  });

  test.each([
    ['?runs=https://example.org/theirs.jsonl', {}, 'carry.linkOrigin', { address: 'https://example.org/theirs.jsonl' }],
    ['?runs=runs.jsonl', { status: 404, body: 'no' }, 'carry.linkMissing', { address: 'runs.jsonl', reason: 'HTTP 404' }],
    ['?runs=runs.jsonl', { body: '<!doctype html>', contentType: 'text/html' }, 'carry.linkPage', { address: 'runs.jsonl' }],
  ] as const)('%s with %o is refused by the name of its field', async (query, answer, id, values) => {
    const page = await follow(query, 'runs.jsonl', { body: '', ...answer });
    await page.getByRole('alert').waitFor();
    expect(await notice(page)).toContain(text(id, { origin: new URL(inject('address')).origin, ...values }));
    expect(await runs(page)).toHaveLength(0);
    forgive(/404/);
  });
});

describe('Share', () => {
  test('after a live change gives a link that trains the same run again, bit for bit', async () => {
    const { page } = await visit(`${entropyCollapse}&steps=30&validationEvery=10&engine=cpu`);
    await button(page, 'run.run').click();
    await untilStep(page, 4);
    await type(page, 'learningRate', '1e-3');
    await page.getByText(/Learning rate 6e-3 → 1e-3/i).first().waitFor();
    await untilState(page, 'finished', 120_000);
    await button(page, 'share.open').click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('radio', { name: text('share.run', { count: 1 }) }).isChecked()).toBe(true);
    await dialog.getByLabel(text('share.viewTitle')).fill('Too sure, then saved');
    await dialog.getByLabel(text('share.language')).selectOption('zh');
    await dialog.getByLabel(text('share.pace')).selectOption('0');
    const written = dialog.getByRole('textbox', { name: text('share.link') });
    await expect.poll(() => written.inputValue()).toMatch(/&changes=\d+:learningRate=1e-3&lang=zh&pace=0&title=Too%20sure,%20then%20saved&v=1$/);
    const link = await written.inputValue();
    await dialog.getByRole('radio', { name: text('share.knobs') }).check();
    expect(await written.inputValue()).not.toContain('changes=');
    expect(await dialog.innerText()).toContain(text('share.withoutChanges', { count: 1 }));
    await page.keyboard.press('Escape');
    const [own] = decodeRuns((await saved(page, 'carry.save')).content).records;

    const copy = (await visit(new URL(link).search.replace('&lang=zh', ''))).page;
    await copy.getByRole('heading', { name: 'Too sure, then saved' }).waitFor();
    expect(await copy.title()).toContain('Too sure, then saved');
    expect(await learningRate(copy)).toBe('6e-3');
    await copy.getByText(text('schedule.title')).waitFor();
    await button(copy, 'run.run').click();
    await untilState(copy, 'finished', 120_000);
    expect(await learningRate(copy), 'the knob goes with the change').toBe('1e-3');
    const [again] = decodeRuns((await saved(copy, 'carry.save')).content).records;
    const numbers = ({ series, events, findings, best }: typeof own & object): unknown => ({
      findings, best, events: events.map((event) => ({ ...event, at: 0 })), rows: series.map(({ steps, columns }) => ({ steps, columns })),
    });
    expect(own!.events).toHaveLength(1);
    expect(numbers(again!)).toEqual(numbers(own!));

    await button(copy, 'carry.replay').click();
    await untilStep(copy, 2);
    expect(await runs(copy)).toHaveLength(2);
  });

  test('says what is wrong with changes, and leaves those out', async () => {
    const { page } = await visit(`${entropyCollapse}&changes=60:learningRate=1e-3,900:temperature=0.5,20:warmupSteps=3`);
    const told = await notice(page);
    expect(told).toContain('changes 900:temperature: 900 is out of range. Right: 1 to 150.');
    expect(told).toContain('changes 20:warmupSteps: cannot become “3”');
    expect(await page.getByRole('region', { name: text('schedule.title') }).innerText()).toContain('Step 60: Learning rate 1e-3');
    await button(page, 'schedule.drop').click();
    await expect.poll(() => page.url()).not.toContain('changes');
  });
});

describe('a report', () => {
  test('of two runs is copied and saved, in Markdown and as a page', async () => {
    const { page } = await visit(entropyCollapse, { permissions: ['clipboard-read', 'clipboard-write'] });
    const other = printed.replace(/"id":"[0-9a-f]+"/, '"id":"another","name":"<b>Other</b> | run"');
    await drop(page, { 'one.jsonl': printed, 'two.jsonl': other });
    await page.getByText(text('carry.opened', { file: 'two.jsonl', count: 1 })).waitFor();
    await page.getByLabel(text('carry.which')).selectOption('shown');
    await button(page, 'carry.copyReport').click();
    await page.getByText(text('carry.copied')).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('\\<b>Other\\</b> \\| run');
    expect(copied).toMatch(/Changed before step 7: Learning rate 6e-3 → 1e-3\./);
    expect(copied).toContain('&engine=cpu&changes=7:learningRate=1e-3&v=1');
    const downloads: Download[] = [];
    page.on('download', (download) => downloads.push(download));
    const markdown = await saved(page, 'carry.saveReport');
    expect(markdown.name).toMatch(/^grpo-entropy-collapse-.*\.md$/);
    const figures = [...markdown.content.matchAll(/!\[(.+)\]\((.+)\)/g)].map(([, title, file]) => [title, file]);
    expect(figures.map(([title]) => title)).toEqual(['Validation reward', 'Decisive-token entropy']);
    expect(markdown.content.replace(/\n## Charts\n(\n!.*\n)+/, '')).toBe(copied);
    await expect.poll(() => downloads.slice(1).map((download) => download.suggestedFilename())).toEqual(figures.map(([, file]) => file));
    expect(readFileSync(await downloads[1]!.path(), 'utf8')).toMatch(/^<svg xmlns.*<text[^>]*>Validation reward<\/text>/s);
    const html = await saved(page, 'carry.savePage');
    expect(html.name).toMatch(/\.html$/);
    const { page: reader } = await visit();
    await reader.goto('about:blank');
    await reader.setContent(html.content);
    expect(await reader.getByRole('table').count()).toBe(2);
    expect(await reader.locator('figure > svg').count()).toBe(2);
    expect(await reader.getByText('<b>Other</b> | run').first().innerText()).toContain('<b>Other</b>');
  });
});

test('what a run costs is said before it starts once it is known, and the time left while it trains', async () => {
  const { page } = await visit(`${entropyCollapse}&steps=40&engine=cpu&pace=5`);
  await status(page).getByText(text('cost.unknown')).waitFor();
  await button(page, 'run.run').click();
  await status(page).getByText(/about \d+ s left/).waitFor();
  await untilState(page, 'finished', 120_000);
  await status(page).getByText(/Next run: about 5 s, slowed by “Pace”, about \d+ MB of memory/).waitFor();
  await page.getByRole('combobox', { name: text('charts.pace'), exact: true }).selectOption(text('charts.pace.fastest'));
  await status(page).getByText(/Next run: about \d+ s on this machine, about \d+ MB of memory/).waitFor();
  await page.getByRole('textbox', { name: /(^| )Steps$/ }).fill('5000');
  await page.keyboard.press('Enter');
  await status(page).getByText(/Next run: about \d+ (min|s|h) on this machine/).waitFor();
  await type(page, 'rolloutN', '32');
  await status(page).getByText(text('cost.unknown')).waitFor();
});

test('all of it is accessible, in both languages and themes', async () => {
  const { page } = await visit(`${entropyCollapse}&changes=60:learningRate=1e-3`);
  await drop(page, { 'headless.jsonl': `${printed}broken` });
  await page.getByText(text('carry.problems')).waitFor();
  expect(await violations(page)).toEqual([]);
  await button(page, 'page.toDark').click();
  await button(page, 'schedule.drop').click();
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: text('share.open', {}, 'zh') }).click();
  expect(await violations(page)).toEqual([]);
});
