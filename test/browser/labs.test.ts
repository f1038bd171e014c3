import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import { atLeisure, button, chart, expectResponsive, field, inHaste, lineInk, status, stepsDone, text, untilState, violations, visit } from './visit.js';

/** Short runs of each lab, of its first preset, and longer ones with many steps a second, to watch. */
const short: Record<string, string> = { grpo: '&steps=6&validationEvery=3', biencoder: '&steps=40', 'reward-model': '&epochs=1', pointer: '&epochs=2' };
const long: Record<string, string> = { grpo: '&steps=300', biencoder: '&steps=300', 'reward-model': '&epochs=10', pointer: '&epochs=30' };

describe.each(labs.map((lab) => [lab.id, lab] as const))('the lab %s', (id, lab) => {
  const preset = lab.presets[0]!;
  const queryOf = (lengths: Record<string, string>): string => `?lab=${id}&preset=${preset.id}${lengths[id]}&replicas=2`;
  const query = queryOf(short);

  test('trains, fills its charts and views, and the page stays responsive', async ({ annotate }) => {
    const { page, watchTraining } = await visit(queryOf(long), atLeisure());
    const tasks = await watchTraining();
    await annotate(`${tasks.frames.length} frames, the longest ${tasks.frames[0]} ms of CPU; longest task ${tasks.all[0]} ms`);
    expect(await stepsDone(page)).toBeGreaterThan(5);

    const companions = new Set(
      lab.metrics.flatMap(({ chart }) => {
        const levels = (chart?.levels ?? []).map(({ at }) => (typeof at === 'object' ? at.metric : undefined));
        return [...(chart?.with ?? []), chart?.standardError, ...levels];
      }),
    );
    const config = presetConfig(lab, preset);
    const charts = lab.metrics.filter((metric) => (metric.applies?.(config) ?? true) && !companions.has(metric.id));
    expect(charts.length).toBeGreaterThan(3);
    for (const { id: metric } of charts) {
      const figure = chart(page, metric, id);
      const summary = await figure.getAttribute('aria-label');
      expect(summary, metric).toMatch(/first .* \(step \d+\), last .* \(step \d+\)/);
      expect(summary, metric).not.toContain('NaN');
      await expect.poll(() => lineInk(figure), { message: `pixels of the lines of ${metric}` }).toBeGreaterThan(10);
    }
    await expect.poll(() => page.locator('main section.card h3').count()).toBeGreaterThanOrEqual(lab.views.length);
    expectResponsive(tasks);
  });

  test.each(['light', 'dark'] as const)('has names, roles and contrasts right after a run, in Chinese (%s)', async (colorScheme) => {
    const { page } = await visit(query, { ...inHaste(), colorScheme, locale: 'zh-CN' });
    await page.getByRole('button', { name: text('run.run', {}, 'zh'), exact: true }).click();
    await page.getByRole('status').filter({ hasText: text('status.finished', {}, 'zh') }).first().waitFor({ state: 'attached', timeout: 120_000 });
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollHeight), 'the columns scroll, and not the page').toBeLessThanOrEqual(900);
  });

  test('is not cut off on a screen 360 px wide', async () => {
    const { page } = await visit(query, { ...inHaste(), viewport: { width: 360, height: 740 } });
    await button(page, 'run.run').click();
    await untilState(page, 'finished', 120_000);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

test('where the browser gives no canvas to draw on, a run trains all the same, and charts and views tell their numbers', async () => {
  const { page } = await visit('?lab=biencoder&preset=healthy&steps=40', { ...inHaste(), canvases: false });
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 120_000);
  const figure = chart(page, 'accuracyAt1', 'biencoder');
  await expect.poll(() => figure.getAttribute('aria-label')).toMatch(/last .* \(step 40\)/);
  await figure.getByText(text('chart.noCanvas')).waitFor();
  await page.getByRole('slider', { name: text('matrix.explore', {}, 'en', 'biencoder') }).scrollIntoViewIfNeeded();
  await figure.getByRole('button', { name: text('chart.menu', { metric: text('metric.accuracyAt1', {}, 'en', 'biencoder') }) }).click();
  await figure.getByRole('button', { name: text('chart.picture') }).click();
  expect(await figure.getByRole('alert').innerText()).toBe(text('chart.noCanvas'));
});

test('going from one lab to the next and back keeps the runs and trains each', async () => {
  const { page } = await visit(`?lab=grpo&preset=entropy-collapse&steps=4`, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 120_000);
  for (const { id } of labs.slice(1)) {
    await page.getByRole('button', { name: text('page.lab') }).click();
    await page.getByRole('menuitemradio', { name: text(`lab.${id}`) }).click();
    await field(page, 'seed').waitFor();
    await button(page, 'run.step').click();
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBe(1);
  }
  await page.getByRole('button', { name: text('page.lab') }).click();
  await page.getByRole('menuitemradio', { name: text('lab.grpo') }).click();
  expect(await page.getByRole('region', { name: text('runs.title') }).innerText()).toContain('4');
  expect(await status(page).isVisible()).toBe(true);
});
