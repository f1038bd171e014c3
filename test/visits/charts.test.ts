import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { chartedMetrics } from '../../src/core/metrics.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { formatNumber } from '../../src/core/numberFormat.js';
import { shelve } from '../browser/shelved.js';
import { chart, pointAt, text, visit, violations } from '../browser/visit.js';

const images = '?lab=grpo&preset=vqa-healthy';
const vqa = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'vqa-healthy')!);
const charted = chartedMetrics(grpo.metrics, vqa).map(({ id }) => id);
const few = { preset: 'vqa-healthy', metrics: charted, steps: 100, replicas: 3, changes: [{ learningRate: 2e-4 }, { learningRate: 3e-4 }, { learningRate: 4e-4 }] };

/** Opens a chart's menu and chooses there. */
async function choose(page: Page, metric: string, item: string): Promise<void> {
  const card = chart(page, metric);
  await card.hover();
  await card.getByRole('button', { name: text('chart.menu', { metric: text(`metric.${metric}`) }) }).click();
  await page.getByRole('button', { name: text(item), exact: true }).click();
}

async function saved(page: Page, metric: string, item: string): Promise<{ readonly name: string; readonly content: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), choose(page, metric, item)]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

test('all charts tell the place that is pointed at, by value, in names that are not broken, on a wide screen and a phone', async () => {
  for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
    const { page } = await visit(images, { viewport });
    await shelve(page, few);
    for (const metric of ['validation.reward', 'kl']) {
      await pointAt(page, metric, 0.5);
      const box = chart(page, metric).locator('.details');
      const rows = await box.getByRole('listitem').allInnerTexts();
      const values = rows.map((row) => Number(/(\d\.\d\d)\n±/.exec(row)?.[1]));
      expect(values).toHaveLength(3);
      expect([...values].sort((a, b) => b - a)).toEqual(values);
      expect(rows[0]).toMatch(/^Learning rate 2e-4/);
      const heights = await box.locator('.name').evaluateAll((names) => names.map((name) => name.getClientRects()[0]!.height));
      for (const height of heights) expect(height, 'a name of two words in one line').toBeLessThan(20);
      const { left, right, top, bottom } = await box.evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(viewport.width);
      expect(bottom).toBeLessThanOrEqual(viewport.height);
    }
    const crossed = await page.getByRole('figure').evaluateAll((figures) =>
      figures.filter((figure) => {
        const { top, bottom } = figure.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight && !figure.querySelector('.line');
      }).length,
    );
    expect(crossed, 'charts in sight without a crosshair').toBe(0);
    const legend = page.getByRole('list', { name: text('charts.legend') });
    expect(await legend.getByRole('button').allInnerTexts()).toEqual(few.changes.map(({ learningRate }) => `Learning rate ${formatNumber(learningRate)}`));
  }
});

test('what is counted to the right is chosen for all charts at once, and remembered', async () => {
  const { page } = await visit(images);
  await shelve(page, few);
  const along = page.getByRole('combobox', { name: text('charts.along') });
  expect(await along.locator('option').allInnerTexts()).toEqual(['step', 'samples', 'tokens', 'time'].map((kind) => text(`charts.along.${kind}`)));
  const heading = async (): Promise<string> => {
    await pointAt(page, 'entropy', 0.5);
    return chart(page, 'entropy').locator('.heading').innerText();
  };
  expect(await heading()).toBe(text('chart.at.step', { count: 75 }));
  await along.selectOption('samples');
  await expect.poll(heading).toBe(text('chart.at.samples', { count: '2,400' }));
  await along.selectOption('time');
  await page.getByRole('checkbox', { name: text('charts.trimmed') }).check();
  await expect.poll(heading).toMatch(/^1\.\d+ s of training$/);
  await page.reload();
  await expect.poll(() => along.inputValue()).toBe('time');
  expect(await page.getByRole('checkbox', { name: text('charts.trimmed') }).isChecked()).toBe(true);
  const other = await visit('?lab=biencoder');
  expect(await other.page.getByRole('combobox', { name: text('charts.along') }).locator('option').allInnerTexts()).not.toContain(text('charts.along.tokens'));
});

test('a chart shows the part that is dragged over, moves with Shift, zooms where Ctrl and the wheel are, and shows all again', async () => {
  const { page } = await visit(images);
  await shelve(page, few);
  const plot = chart(page, 'validation.reward').getByRole('slider');
  const { x, y, width } = (await plot.boundingBox())!;
  const across = (share: number): number => x + 40 + share * (width - 50);
  const ends = async (): Promise<number[]> => {
    const { content } = await saved(page, 'validation.reward', 'chart.table');
    const steps = content.toString().trimEnd().split('\n').slice(1).map((row) => Number(row.split(',').at(-3)));
    return [Math.min(...steps), Math.max(...steps)];
  };
  const drag = async (from: number, to: number): Promise<void> => {
    await page.mouse.move(across(from), y + 60);
    await page.mouse.down();
    await page.mouse.move(across((from + to) / 2), y + 60);
    await page.mouse.move(across(to), y + 60);
    await page.mouse.up();
  };
  expect(await ends()).toEqual([0, 100]);
  await drag(0.4, 0.2);
  expect(await ends(), 'of 150 steps').toEqual([30, 60]);
  await page.keyboard.down('Shift');
  await drag(0.5, 0);
  await page.keyboard.up('Shift');
  expect(await ends(), 'half its width further').toEqual([45, 75]);
  await page.mouse.move(across(0), y + 60);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expect.poll(ends).toEqual([45, 70]);
  await plot.dblclick();
  await expect.poll(ends).toEqual([0, 100]);
});

test('two fingers zoom a chart where they are', async () => {
  const { page } = await visit(images, { hasTouch: true, viewport: { width: 360, height: 740 } });
  await shelve(page, few);
  const plot = chart(page, 'validation.reward').getByRole('slider');
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width } = (await plot.boundingBox())!;
  const client = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number): Promise<unknown> => {
    const places = [-apart, apart].map((away, id) => ({ id, x: x + 40 + (width - 50) / 2 + away, y: y + 80 }));
    return client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : places });
  };
  await touch('touchStart', 20);
  for (const apart of [25, 30, 35, 40]) await touch('touchMove', apart);
  await touch('touchEnd', 40);
  const reset = chart(page, 'validation.reward').getByRole('button', { name: text('chart.resetZoom') });
  await reset.waitFor();
  const { content } = await saved(page, 'validation.reward', 'chart.table');
  const steps = content.toString().trimEnd().split('\n').slice(1).map((row) => Number(row.split(',').at(-3)));
  expect([Math.min(...steps), Math.max(...steps)], 'of 150 steps the middle half, and 100 were trained').toEqual([38, 100]);
});

test('a chart is saved as it is seen: as an SVG with texts, as a PNG of the same, and as the values behind it', async () => {
  const { page } = await visit(images);
  await shelve(page, few);
  const drawing = await saved(page, 'entropy', 'chart.drawing');
  expect(drawing.name).toBe('grpo-entropy.svg');
  const read = await page.evaluate((xml) => {
    const image = new DOMParser().parseFromString(xml, 'image/svg+xml');
    const texts = [...image.querySelectorAll('text')].map(({ textContent }) => textContent);
    return { wrong: image.querySelector('parsererror')?.textContent, texts, paths: image.querySelectorAll('path').length, size: ['width', 'height'].map((side) => Number(image.documentElement.getAttribute(side))) };
  }, drawing.content.toString());
  expect(read.wrong).toBeUndefined();
  expect(read.texts).toEqual(expect.arrayContaining([text('metric.entropy'), 'Learning rate 2e-4', 'Learning rate 4e-4', '0', '150', text('charts.along.step')]));
  expect(read.paths, 'three lines with their bands, one of them raw, too').toBe(7);

  const picture = await saved(page, 'entropy', 'chart.picture');
  expect(picture.name).toBe('grpo-entropy.png');
  const pixels = await page.evaluate(async (bytes) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const colors = new Set<number>();
    for (let i = 0; i < data.length; i += 4) colors.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return { size: [image.width, image.height], colors: [...colors] };
  }, [...picture.content]);
  expect(pixels.size).toEqual(read.size.map((side) => 2 * side));
  for (const color of [0x0089ad, 0xc38705, 0x096c54]) expect(pixels.colors, 'the colours of the runs').toContain(color);

  const table = await saved(page, 'entropy', 'chart.table');
  const [head, ...rows] = table.content.toString().trimEnd().split('\n');
  expect(head).toBe('run,step,replica,entropy');
  expect(rows).toHaveLength(3 * 3 * 101);
});

describe('a chart on the whole screen', () => {
  test.each([true, false])('fills it, keeps what was chosen, and gives it back (screens given: %s)', async (given) => {
    const { page } = await visit(images);
    if (!given) await page.addInitScript(() => Object.assign(Element.prototype, { requestFullscreen: undefined }));
    await shelve(page, few);
    await choose(page, 'kl', 'chart.screen');
    const dialog = page.getByRole('dialog', { name: text('metric.kl') });
    const figure = dialog.getByRole('figure');
    await expect.poll(async () => (await figure.boundingBox())!.height).toBeGreaterThan(given ? 880 : 899);
    expect(await page.evaluate(() => document.fullscreenElement !== null)).toBe(given);
    await expect.poll(() => figure.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.height)).toBeGreaterThan(500);
    expect(await violations(page)).toEqual([]);
    await figure.getByRole('button', { name: text('chart.menu', { metric: text('metric.kl') }) }).click();
    await page.getByRole('checkbox', { name: text('chart.log') }).check();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: text('chart.leaveScreen') }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.fullscreenElement)).toBeNull();
    const opener = chart(page, 'kl').getByRole('button', { name: text('chart.menu', { metric: text('metric.kl') }) });
    await expect.poll(() => opener.evaluate((element) => element === document.activeElement)).toBe(true);
    await opener.click();
    expect(await page.getByRole('checkbox', { name: text('chart.log') }).isChecked()).toBe(true);
  });
});

test('on paper every chart is drawn, also those that nobody scrolled to', async () => {
  const { page } = await visit(images);
  await shelve(page, few);
  const blank = (): Promise<number> =>
    page.locator('figure canvas').evaluateAll((canvases) =>
      canvases.filter((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const copy = new OffscreenCanvas(width, height).getContext('2d')!;
        copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
        return copy.getImageData(0, 0, width, height).data.every((value) => value === 0);
      }).length,
    );
  expect(await blank()).toBeGreaterThan(5);
  await page.pdf();
  expect(await blank()).toBe(0);
});

test('a dark page is printed in the colours that are made for white, and is dark again afterwards', async () => {
  const { page } = await visit(images, { colorScheme: 'dark' });
  await shelve(page, few);
  const colors = (name: string): Promise<{ theme: string | undefined; has: boolean }> => page.evaluate((name) => (window as unknown as Record<string, () => { theme: string | undefined; has: boolean }>)[name]!(), name);
  await page.evaluate(() => {
    const linesIn = (hex: number) => () => {
      const canvas = document.querySelector<HTMLCanvasElement>('figure canvas')!;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const opaque = (i: number): boolean => data[i + 3] === 255;
      const has = data.some((red, i) => i % 4 === 0 && opaque(i) && hex === ((red << 16) | (data[i + 1]! << 8) | data[i + 2]!));
      return { theme: document.documentElement.dataset.theme, has };
    };
    // The third run is in the foreground.
    Object.assign(window, { light: linesIn(0x096c54), dark: linesIn(0xacf9a6) });
    addEventListener('beforeprint', () => Object.assign(window, { printed: linesIn(0x096c54)() }));
  });
  await expect.poll(() => colors('dark')).toEqual({ theme: 'dark', has: true });
  await page.pdf();
  expect(await page.evaluate(() => (window as unknown as { printed: unknown }).printed)).toEqual({ theme: 'light', has: true });
  await expect.poll(() => colors('dark')).toEqual({ theme: 'dark', has: true });
});
