import type { Locator } from 'playwright';
import { describe, expect, test } from 'vitest';
import { button, chart, field, inHaste, knob, text, untilState, untilStep, violations, visit } from '../browser/visit.js';

const collapse = '?lab=grpo&preset=entropy-collapse&v=1';

/** The share of an element's middle row that stands out from a ground of one grey, 0 to 255. */
async function inkAcross(element: Locator, ground: number): Promise<number> {
  const picture = [...(await element.screenshot())];
  return element.page().evaluate(
    async ({ picture, ground }) => {
      const image = await createImageBitmap(new Blob([new Uint8Array(picture)]));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, Math.floor(image.height / 2), image.width, 1);
      const distances = Array.from({ length: image.width }, (_, x) => Math.max(...[0, 1, 2].map((i) => Math.abs(data[4 * x + i]! - ground))));
      return distances.filter((distance) => distance > 60).length / image.width;
    },
    { picture, ground },
  );
}

describe('everyone can use it', () => {
  test.each(['light', 'dark'] as const)('names, roles and contrasts are right, before and after a run (%s)', async (colorScheme) => {
    const { page } = await visit(`${collapse}&steps=2`, { colorScheme });
    expect(await violations(page)).toEqual([]);
    await button(page, 'run.run').click();
    await untilState(page, 'finished');
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    expect(await violations(page)).toEqual([]);
  });

  test('every control can be reached with the Tab key', async () => {
    const { page } = await visit(collapse);
    const names = await page.evaluate(() => {
      const controls = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary')];
      const reachable = controls.filter((control) => control.checkVisibility() && !control.matches(':disabled'));
      reachable.forEach((control, i) => (control.dataset.place = String(i)));
      return reachable.map((control) => `${control.tagName} ${control.ariaLabel ?? control.textContent.trim()}`);
    });
    expect(names.length).toBeGreaterThan(40);
    const reached = new Set<number>();
    for (let presses = 0; presses < names.length + 60; presses++) {
      await page.keyboard.press('Tab');
      const place = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.place);
      if (place !== undefined) reached.add(Number(place));
    }
    expect(names.filter((_, i) => !reached.has(i))).toEqual([]);
  });

  test('a slider moves with the arrow keys', async () => {
    const { page } = await visit(collapse);
    await knob(page, 'learningRate').getByRole('slider').focus();
    await page.keyboard.press('ArrowRight');
    expect(Number(await field(page, 'learningRate').inputValue())).toBeGreaterThan(6e-3);
  });

  test('keys go on where they were: a waiting button keeps the focus, and one that vanishes leaves it to a neighbour', async () => {
    const { page } = await visit(`${collapse}&steps=1000&validationEvery=0&temperature=1.5&learnRate=1`, inHaste());
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { tagName, id, ariaLabel, textContent } = document.activeElement!;
        return `${tagName} ${ariaLabel ?? (textContent.trim().slice(0, 40) || id)}`;
      });
    const press = async (target: Locator): Promise<void> => {
      await target.focus();
      await page.keyboard.press('Enter');
    };
    await press(button(page, 'page.dismiss'));
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');

    const temperature = text('parameter.temperature');
    await press(knob(page, 'temperature').getByRole('button', { name: text('knob.reset', { name: temperature, value: '1' }) }));
    await expect.poll(() => knob(page, 'temperature').getByRole('slider').evaluate((slider) => slider === document.activeElement)).toBe(true);

    await press(button(page, 'run.run'));
    await expect.poll(focused).toMatch(/^BUTTON (Preparing|Pause)$/);
    await untilStep(page, 2);
    await page.keyboard.press('Enter');
    await untilState(page, 'paused');
    expect(await focused()).toBe(`BUTTON ${text('run.resume')}`);

    const run = page.getByRole('region', { name: text('runs.title') }).getByRole('listitem');
    await press(run.getByRole('button', { name: text('runs.fork') }));
    await expect.poll(() => run.count()).toBe(2);
    await expect.poll(focused).toBe(`H2 ${text('runs.title')}`);
    await press(run.first().getByRole('button', { name: 'Remove' }));
    await expect.poll(() => run.count()).toBe(1);
    expect(await focused()).toContain(`BUTTON ${text('preset.grpo.entropy-collapse')}`);
    await press(run.getByRole('button', { name: 'Remove' }));
    await expect.poll(focused).toBe(`H2 ${text('runs.title')}`);

    await press(button(page, 'run.run'));
    const fix = page.getByRole('region', { name: text('findings.title') }).getByRole('button', { name: /^Apply/ });
    await fix.first().waitFor({ timeout: 60_000 });
    await press(fix.first());
    expect(await focused()).toBe(`H2 ${text('findings.title')}`);
  });

  test.each([['light', 255], ['dark', 0]] as const)('in a reader’s own few colours tracks, switches and swatches stand out (%s)', async (colorScheme, ground) => {
    const { page } = await visit(`${collapse}&steps=2`, { ...inHaste(), forcedColors: 'active', colorScheme });
    await button(page, 'run.run').click();
    await untilState(page, 'finished');
    const shown = {
      'slider of a knob that changes live': knob(page, 'learningRate').getByRole('slider'),
      'slider of another': knob(page, 'warmupSteps').getByRole('slider'),
      switch: knob(page, 'clipping').getByRole('switch'),
      'swatch of a run': page.getByRole('region', { name: text('runs.title') }).locator('button[aria-pressed=true]').first(),
    };
    for (const [name, element] of Object.entries(shown)) expect(await inkAcross(element, ground), name).toBeGreaterThan(0.5);
  });

  test('nothing is cut off on a screen 360 px wide', async () => {
    const { page } = await visit(`${collapse}&steps=2`, { viewport: { width: 360, height: 740 } });
    await button(page, 'run.run').click();
    await untilState(page, 'finished');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });

  test('a chart’s menu is within a phone’s screen held sideways, and scrolls where it is longer', async () => {
    const { page } = await visit(collapse, { viewport: { width: 844, height: 390 } });
    const openers = await page.getByRole('figure').getByRole('button', { name: text('chart.menu', { metric: '' }) }).all();
    expect(openers.length).toBeGreaterThan(10);
    for (const opener of openers) {
      await opener.focus();
      await page.keyboard.press('Enter');
      const menu = page.locator(':popover-open');
      await expect.poll(async () => (await menu.boundingBox())?.y).toBeGreaterThanOrEqual(8);
      const { y, height } = (await menu.boundingBox())!;
      expect(y + height).toBeLessThanOrEqual(390 - 8);
      const last = menu.getByText(text('chart.zoomHelp'));
      await last.scrollIntoViewIfNeeded();
      expect((await last.boundingBox())!.y).toBeLessThan(390);
      await page.keyboard.press('Escape');
    }
  });

  test('nothing is too wide after the window has shrunk, drawn or not, before a run and after', async () => {
    const { page } = await visit(`${collapse}&steps=2`, { ...inHaste(), viewport: { width: 1900, height: 1600 } });
    const shrink = async (width: number): Promise<void> => {
      await page.setViewportSize({ width: 1900, height: 1600 });
      const canvas = chart(page, 'entropy.decisive').locator('canvas');
      await expect.poll(() => canvas.evaluate(({ width }: HTMLCanvasElement) => width)).toBeGreaterThan(500);
      await page.setViewportSize({ width, height: 300 });
      const excess = (): Promise<number[]> =>
        page.evaluate(() => [document.documentElement, document.querySelector('main')!].map((box) => box.scrollWidth - box.clientWidth));
      await expect.poll(excess, { timeout: 2000 }).toEqual([0, 0]);
    };
    for (const width of [360, 1250]) await shrink(width);
    await button(page, 'run.run').click();
    await untilState(page, 'finished');
    for (const width of [360, 1250]) await shrink(width);
  });
});
