import { describe, expect, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { button, chart, field, forgive, inHaste, knob, lineInk, status, stepsDone, text, type, untilState, untilStep, visit } from '../browser/visit.js';

const collapse = '?lab=grpo&preset=entropy-collapse&v=1';
const collapseConfig = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'entropy-collapse')!);

describe('a run', () => {
  test('of entropy-collapse trains, fills every chart and is diagnosed', async () => {
    const { page } = await visit(`${collapse}&steps=40`, inHaste());
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 120_000);
    expect(await stepsDone(page)).toBe(40);
    const findings = page.getByRole('region', { name: text('findings.title') });
    expect(await findings.getByText(text('finding.entropy-collapse'), { exact: true }).count()).toBe(1);
    for (const { id, applies } of grpo.metrics) {
      if (applies && !applies(collapseConfig)) continue;
      const summary = await chart(page, id).getAttribute('aria-label');
      expect(summary, id).toMatch(/first .* \(step \d+\), last .* \(step \d+\)/);
      expect(summary, id).not.toContain('NaN');
    }
    await expect.poll(() => lineInk(chart(page, 'entropy.decisive'))).toBeGreaterThan(50);
  });

  test('takes a new learning rate while it trains, pauses, steps once, goes on, and resets', async () => {
    const { page } = await visit(`${collapse}&steps=1000&validationEvery=0`);
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    await type(page, 'learningRate', '1e-3');
    const changed = page.getByText(/Learning rate 6e-3 → 1e-3/i);
    await changed.first().waitFor();
    await untilStep(page, (await stepsDone(page)) + 2);

    await button(page, 'run.pause').click();
    await untilState(page, 'paused');
    const paused = await stepsDone(page);
    await page.waitForTimeout(500);
    expect(await stepsDone(page)).toBe(paused);

    await button(page, 'run.step').click();
    await untilStep(page, paused + 1);
    await page.waitForTimeout(500);
    expect(await stepsDone(page)).toBe(paused + 1);

    await button(page, 'run.resume').click();
    await untilStep(page, paused + 3);

    await button(page, 'run.reset').click();
    await button(page, 'run.run').waitFor();
    expect(await field(page, 'learningRate').inputValue()).toBe('6e-3');
    expect(await chart(page, 'entropy').getAttribute('aria-label')).toContain(text('chart.empty'));
  });

  test('goes on without its weights file: the status line says what is wrong with it and what happens instead', async () => {
    const { page } = await visit(collapse);
    await page.route('**/*.safetensors', (route) => route.fulfill({ body: 'not weights' }));
    await button(page, 'run.run').click();
    await status(page).getByText(/tool-choice\.safetensors/).waitFor();
    await status(page).getByRole('progressbar', { name: text('status.warmStartLabel') }).waitFor();
  });

  test('without a connection says what could not be loaded, and the next run brings it', async () => {
    const { page } = await visit(`${collapse}&steps=2&validationEvery=0`, { ...inHaste(), ahead: false });
    const view = page.getByRole('heading', { name: text('rollouts.title', { step: 2 }) });
    const missing = page.getByText(text('page.viewsMissing', { count: 2, all: 2 }));
    await page.waitForLoadState('networkidle');
    await page.context().setOffline(true);
    await button(page, 'run.run').click();
    await status(page).getByText(text('page.workerNotLoaded')).waitFor();
    await missing.waitFor();
    const [tool, dialog] = [page.getByRole('region', { name: text('differences.title') }), page.getByRole('dialog')];
    const open = tool.getByRole('button', { name: text('differences.open') });
    await open.click();
    await tool.getByText(text('page.toolMissing')).waitFor();
    await button(page, 'share.open').click();
    await dialog.getByText(text('page.partMissing')).waitFor();
    await dialog.getByRole('button', { name: text('page.close') }).click();
    await page.context().setOffline(false);
    await open.click();
    await tool.getByRole('combobox', { name: text('differences.base') }).waitFor();
    await button(page, 'share.open').click();
    await dialog.getByText(text('share.what')).waitFor();
    await dialog.getByRole('button', { name: text('page.close') }).click();
    await button(page, 'run.run').click();
    await view.waitFor();
    expect(await missing.count()).toBe(0);
    const frame = view.locator('xpath=ancestor::section');
    expect(await frame.evaluate((section) => getComputedStyle(section).paddingTop), 'with its style').toBe('11px');
    forgive(/ERR_INTERNET_DISCONNECTED/);
  });

  test('survives a reload: the page opens again with the same settings', async () => {
    const { page } = await visit(`${collapse}&steps=1000`);
    await type(page, 'learningRate', '2e-3');
    await button(page, 'run.run').click();
    await untilStep(page, 2);
    await page.waitForURL(/learningRate=2e-3/);
    await page.reload();
    await button(page, 'run.run').waitFor();
    expect(await field(page, 'learningRate').inputValue()).toBe('2e-3');
    await button(page, 'run.run').click();
    await untilStep(page, 1);
  });
});

test('an earlier run of another task stands under its own title, says why it cannot be forked, and gives its settings back', async () => {
  const { page } = await visit('?lab=grpo&preset=vqa-healthy&steps=2&learningRate=1e-3', inHaste());
  const story = page.getByRole('region', { name: text('story.label') });
  const preset = page.getByRole('combobox', { name: text('page.preset'), exact: true });
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  await preset.selectOption('tool-choice-healthy');
  await story.getByRole('heading', { name: text('preset.grpo.tool-choice-healthy') }).waitFor();

  const run = page.getByRole('region', { name: text('runs.title') }).getByRole('listitem');
  await run.locator('.name').click();
  await story.getByRole('heading', { name: text('preset.grpo.vqa-healthy') }).waitFor();
  expect(await preset.inputValue()).toBe('tool-choice-healthy');
  expect(await run.getByText(text('restart.cannotKeep')).isVisible()).toBe(true);

  await button(page, 'runs.load').click();
  expect(await preset.inputValue()).toBe('vqa-healthy');
  expect(await field(page, 'learningRate').inputValue()).toBe('1e-3');
  expect(await run.getByRole('button', { name: text('runs.fork') }).isEnabled()).toBe(true);
  expect(await button(page, 'runs.load').count()).toBe(0);
  await story.getByRole('heading', { name: text('preset.grpo.vqa-healthy') }).waitFor();
});

test('a typed value that is wrong is refused with what would be right', async () => {
  const { page } = await visit(collapse);
  await type(page, 'learningRate', 'quick');
  const refusal = knob(page, 'learningRate').getByRole('alert');
  expect(await refusal.innerText()).toMatch(/quick.*1e-6 to 0\.1/);
  expect(await field(page, 'learningRate').inputValue()).toBe('6e-3');
  await type(page, 'learningRate', ' ');
  expect(await refusal.innerText()).toMatch(/the field is empty\. Right: 1e-6 to 0\.1/);
  await type(page, 'learningRate', '0,01');
  expect(await refusal.innerText()).toMatch(/“0,01” has a comma/);
  await type(page, 'learningRate', '５ｅ－３');
  await expect.poll(() => refusal.count()).toBe(0);
  expect(await field(page, 'learningRate').inputValue()).toBe('5e-3');
});

test('a number with more digits than fit is rounded, never cut off, and whole while it is edited', async () => {
  const { page } = await visit(`${collapse}&learningRate=1.234567e-3`);
  const rate = field(page, 'learningRate');
  const cutOff = (): Promise<number> => rate.evaluate((input: HTMLInputElement) => input.scrollWidth - input.clientWidth);
  expect([await rate.inputValue(), await rate.getAttribute('title'), await cutOff()]).toEqual(['1.23e-3', '1.234567e-3', 0]);
  await rate.focus();
  expect([await rate.inputValue(), await cutOff()]).toEqual(['1.234567e-3', 0]);
  await rate.blur();
  expect(await rate.inputValue()).toBe('1.23e-3');
  await page.waitForTimeout(500);
  expect(page.url()).toContain('learningRate=1.234567e-3');

  await rate.fill('5');
  await page.keyboard.press('Escape');
  expect(await rate.inputValue()).toBe('1.234567e-3');
  await rate.blur();
  expect(await knob(page, 'learningRate').getByRole('alert').count()).toBe(0);
});

test('the menu of labs says what each is about, and is opened, gone through and closed with keys', async () => {
  const { page } = await visit(collapse);
  const opener = page.getByRole('button', { name: `${text('page.lab')}: ${text('lab.grpo')}` });
  const menu = page.getByRole('menu', { name: text('page.lab') });
  await opener.focus();
  await page.keyboard.press('Enter');
  const items = await menu.getByRole('menuitemradio').allInnerTexts();
  expect(items.map((item) => item.split('\n')[0])).toEqual(labs.map(({ id }) => text(`lab.${id}`)));
  for (const { id } of labs) expect(items.join()).toContain(text(`lab.${id}.about`));
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaChecked)).toBe('true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await menu.waitFor({ state: 'hidden' });
  expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(await page.getByRole('combobox', { name: text('page.preset'), exact: true }).inputValue()).toBe('entropy-collapse');
});

test('language and theme switch and are remembered', async () => {
  const { page } = await visit(collapse);
  const root = page.locator('html');
  await page.getByRole('button', { name: '中文' }).click();
  await button(page, 'page.toDark').or(page.getByRole('button', { name: text('page.toDark', {}, 'zh') })).click();
  const check = async (): Promise<void> => {
    await page.getByRole('button', { name: text('run.run', {}, 'zh'), exact: true }).waitFor();
    expect(await root.getAttribute('lang')).toBe('zh-CN');
    expect(await root.getAttribute('data-theme')).toBe('dark');
    const { body, letters } = await page.evaluate(() => ({
      body: getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g)!.slice(0, 3).map(Number),
      letters: document.querySelector('main')!.innerText,
    }));
    expect(Math.max(...body), 'a dark background').toBeLessThan(80);
    expect(letters).toMatch(/[\u4e00-\u9fff]/);
  };
  await check();
  await page.reload();
  await check();
});

test('a visitor with a Chinese browser and dark colours gets both at once', async () => {
  const { page } = await visit('', { locale: 'zh-CN', colorScheme: 'dark' });
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
});

test('charts stand by what they measure; one that never changed is a line with its value, and stays so while another run trains', async () => {
  const { page } = await visit(`${collapse}&steps=3`, inHaste());
  const groups = ['validation', 'reward', 'policy', 'optimizer'];
  expect(await page.locator('.group > h3').allInnerTexts()).toEqual(groups.map((group) => text(`charts.group.${group}`)));
  const policy = page.getByRole('region', { name: text('charts.group.policy') });
  const line = policy.getByText(text('charts.flat', { title: text('metric.clipFraction'), value: '0.00' }));
  expect(await chart(page, 'clipFraction').isVisible(), 'before a run').toBe(true);
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  await line.waitFor();
  expect(await chart(page, 'clipFraction').isVisible()).toBe(false);
  await line.click();
  expect(await chart(page, 'clipFraction').isVisible()).toBe(true);
  await line.click();

  await type(page, 'innerEpochs', '4');
  const steps = page.getByRole('group', { name: new RegExp(`(^| )${text('parameter.steps')}$`) }).getByRole('textbox');
  await steps.fill('5000');
  await steps.press('Enter');
  await button(page, 'run.run').click();
  await untilStep(page, 3);
  const moved = policy.getByText(text('charts.flatBefore', { title: text('metric.clipFraction'), value: '0.00' }));
  await moved.waitFor();
  expect(await chart(page, 'clipFraction').isVisible()).toBe(false);
  await button(page, 'run.reset').click();
  await chart(page, 'clipFraction').waitFor();
});

test('what a run trains on is one quiet line, which says by a key how it came to that', async () => {
  const { page } = await visit(`${collapse}&steps=3`, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  const line = status(page).getByText(text('status.trained.cpu'));
  const detail = status(page).getByText(/^The engine is CPU kernels/);
  const why = status(page).getByText(/^WebGPU (is not available here|here is emulated)|^Also tried: /).first();
  expect(await detail.isVisible()).toBe(false);
  expect(await why.isVisible()).toBe(false);
  expect(await status(page).locator('.note').count()).toBe(0);
  await line.focus();
  await page.keyboard.press('Enter');
  await detail.waitFor();
  await why.waitFor();
});

test('shows itself with at most 200 KB of JavaScript, gzipped, before it loads what trains', async ({ annotate }) => {
  const { page, scriptBytes } = await visit('', { ahead: false });
  await page.waitForLoadState('networkidle');
  const kilobytes = (await scriptBytes()) / 1000;
  await annotate(`first load: ${kilobytes.toFixed(1)} KB of JavaScript, gzipped`);
  expect(kilobytes).toBeGreaterThan(10);
  expect(kilobytes).toBeLessThanOrEqual(200);
});

test('on a phone with the settings open, Run brings into view what it trains', async () => {
  const { page } = await visit(`${collapse}&steps=2000`, { viewport: { width: 360, height: 740 } });
  await page.getByRole('complementary', { name: text('page.knobs') }).locator('summary').first().click();
  await button(page, 'run.run').click();
  await untilStep(page, 1);
  const { top, bottom } = await status(page).evaluate((element) => element.getBoundingClientRect());
  const header = await page.getByRole('banner').evaluate((element) => element.getBoundingClientRect().bottom);
  expect(top).toBeGreaterThanOrEqual(header);
  expect(bottom).toBeLessThan(740);
  await button(page, 'run.pause').waitFor();
});

test('charts grow with a large screen', async () => {
  const { page } = await visit(collapse, { viewport: { width: 1440, height: 900 } });
  const size = async (metric: string): Promise<{ width: number; height: number }> => (await chart(page, metric).boundingBox())!;
  const [large, small] = [await size('validation.reward'), await size('kl')];
  await page.setViewportSize({ width: 2560, height: 1440 });
  for (const [metric, before] of [['validation.reward', large], ['kl', small]] as const) {
    const { width, height } = await size(metric);
    expect(height, metric).toBeGreaterThan(1.25 * before.height);
    expect(width, metric).toBeGreaterThan(1.2 * before.width);
  }
});
