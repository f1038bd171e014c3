import { describe, expect, test } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { button, chart, inHaste, status, stepsDone, text, untilState, violations, visit } from '../browser/visit.js';

/** Short runs of each lab, of its first preset. */
const short: Record<string, string> = { grpo: '&steps=6&validationEvery=3', biencoder: '&steps=40', 'reward-model': '&epochs=1', pointer: '&epochs=2' };

describe.each(labs.map(({ id, presets }) => [id, presets[0]!] as const))('the lab %s', (id, preset) => {
  const query = `?lab=${id}&preset=${preset.id}${short[id]}&replicas=2`;

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
    await expect.poll(() => page.getByRole('button', { name: text('page.lab') }).innerText()).toContain(text(`lab.${id}`));
    await button(page, 'run.step').click();
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBe(1);
  }
  await page.getByRole('button', { name: text('page.lab') }).click();
  await page.getByRole('menuitemradio', { name: text('lab.grpo') }).click();
  expect(await page.getByRole('region', { name: text('runs.title') }).innerText()).toContain('4');
  expect(await status(page).isVisible()).toBe(true);
});
