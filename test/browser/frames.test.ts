import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { chartedMetrics } from '../../src/core/metrics.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { shelve } from './shelved.js';
import { button, inHaste, mainThreadTimes, pointAt, text, untilStep, visit } from './visit.js';

const images = '?lab=grpo&preset=vqa-healthy';
const charted = chartedMetrics(grpo.metrics, presetConfig(grpo, grpo.presets.find(({ id }) => id === 'vqa-healthy')!)).map(({ id }) => id);
/** Of ten runs, each with a learning rate of its own. */
const rates = Array.from({ length: 10 }, (_, i) => ({ learningRate: Number((1e-4 * (i + 2)).toPrecision(3)) }));

/** CPU time that the page's main thread takes for frames and for what a pointer does between them, the longest first, ms. */
async function watch(page: Page, act: () => Promise<void>): Promise<{ readonly frames: number[]; readonly events: number[] }> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await act();
  const times = mainThreadTimes(await browser.stopTracing());
  return { frames: times('FireAnimationFrame'), events: times('EventDispatch') };
}

const percentile99 = (longestFirst: readonly number[]): number => longestFirst[Math.ceil(longestFirst.length / 100)]!;

describe('ten runs of 5,000 points on each chart', () => {
  test('are drawn in frames that leave time for the page, as one trains, scales change and somebody points', async ({ annotate }) => {
    const { page } = await visit(`${images}&steps=5000&validationEvery=0`, inHaste());
    await shelve(page, { preset: 'vqa-healthy', metrics: charted, steps: 5000, changes: rates });
    expect(charted.length).toBeGreaterThanOrEqual(19);
    await page.waitForTimeout(2000);
    const smoothing = page.getByRole('slider', { name: text('charts.smoothing') });
    const { frames, events } = await watch(page, async () => {
      await button(page, 'run.run').click();
      await untilStep(page, 3);
      for (let round = 0; round < 12; round++) {
        await smoothing.focus();
        await page.keyboard.press(round % 2 ? 'ArrowLeft' : 'ArrowRight');
        await page.waitForTimeout(400);
        await page.mouse.move(600, 500);
        await page.mouse.wheel(0, round % 6 < 3 ? 500 : -500);
        await page.waitForTimeout(300);
        for (let i = 0; i < 12; i++) await page.mouse.move(500 + 20 * i, 500);
      }
    });
    await annotate(`${frames.length} frames: 99 % below ${percentile99(frames)} ms of CPU, the longest ${frames[0]} ms; events 99 % below ${percentile99(events)} ms`);
    expect(frames.length).toBeGreaterThan(200);
    expect(percentile99(frames), 'ms of CPU that 99 of 100 frames stay below').toBeLessThan(16);
    expect(percentile99(events), 'ms of CPU that 99 of 100 events stay below').toBeLessThan(16);
  });
});

test('10,000 steps of 8 seeds and 20 metrics are kept and drawn within 100 MB', async ({ annotate }) => {
  const { page } = await visit(images);
  await shelve(page, { preset: 'vqa-healthy', metrics: [...charted, 'reward.hedge'].slice(0, 20), steps: 10_000, replicas: 8, changes: [{}] });
  await page.locator('figure').last().scrollIntoViewIfNeeded();
  await pointAt(page, 'gradNorm', 0.5);
  await page.waitForTimeout(1000);
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = NaN } = (await client.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  const megabytes = (usedSize + backingStorageSize) / 1e6;
  await annotate(`${(usedSize / 1e6).toFixed(1)} MB of objects, ${(backingStorageSize / 1e6).toFixed(1)} MB of arrays`);
  // The values alone are 8 bytes each.
  expect(megabytes).toBeGreaterThan((10_000 * 8 * 20 * 8) / 1e6);
  expect(megabytes).toBeLessThan(100);
});
