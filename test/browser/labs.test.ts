import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import { atLeisure, button, chart, expectResponsive, lineInk, status, stepsDone, text, untilState, visit } from './visit.js';

/** Runs of each lab, of its first preset, with many steps a second. */
const long: Record<string, string> = { grpo: '&steps=300', biencoder: '&steps=300', 'reward-model': '&epochs=10', pointer: '&epochs=30' };

describe.each(labs.map((lab) => [lab.id, lab] as const))('the lab %s', (id, lab) => {
  const preset = lab.presets[0]!;

  // A frame’s CPU time is longer, too, where another machine has the core for a moment: once more tells.
  test('trains, fills its charts and views, and the page stays responsive', { retry: 1 }, async ({ annotate }) => {
    const { page, watchTraining } = await visit(`?lab=${id}&preset=${preset.id}${long[id]}&replicas=2`, atLeisure());
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
});

test.each(['webgpu', 'reference-webgpu'])('a run trains on %s in the worker where the link asks for it', async (engine) => {
  const { page } = await visit(`?lab=grpo&preset=entropy-collapse&steps=2&validationEvery=0&engine=${engine}`);
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 120_000);
  await status(page).getByText(text('status.trained.gpu')).click();
  expect(await status(page).innerText()).toContain(text(`option.engine.${engine}`));
  expect(await chart(page, 'gradNorm').getAttribute('aria-label')).toMatch(/last \d.* \(step 2\)/);
});
