import { expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import type { RunState } from '../../src/core/protocol.js';
import { outcomeText } from '../../src/ui/state/outcome.js';
import { Run } from '../../src/ui/state/run.svelte.js';

await loadLanguage('en', 'grpo');
const t = (id: string, values: Values = {}): string => message('en', id, values, 'grpo');

/** A run of two seeds of which two evaluations were measured, and then this state told. */
function ended(state: RunState, scores: readonly number[] = [0.3, 0.5, 0.5, 0.9]): Run {
  const preset = grpo.presets[0]!;
  const base = presetConfig(grpo, preset);
  const run = Run.begin({ number: 1, lab: grpo, preset, base, config: { ...base, replicas: 2, steps: 20 }, from: undefined, held: undefined }, 1);
  if (scores.length > 0) {
    const columns = { 'validation.reward': Float64Array.from(scores) };
    run.receive({ type: 'metrics', run: run.id, replicas: 2, steps: Int32Array.of(0, 10), seconds: Float64Array.of(0, 1), columns });
  }
  run.receive({ type: 'status', run: run.id, state, step: 10, steps: 20, notes: [], checkpoints: [], ...(state === 'failed' && { failure: 'memory' }) });
  return run;
}

const score = 'Validation reward went from 0.40 to 0.70, mean over 2 seeds.';
const silentDetectors = /None of \d+ detectors found anything/;

test('a run that trains is watched', () => {
  expect(outcomeText(ended('running'), t)).toMatch(/^No findings so far\. \d+ detectors are watching\.$/);
});

test('a run that finished says what its score came to, and that nothing was found only as that', () => {
  const text = outcomeText(ended('finished'), t);
  expect(text).toContain(score);
  expect(text).toMatch(silentDetectors);
});

test('a run that failed or was stopped gets no all-clear', () => {
  for (const [state, words] of [['failed', 'The run failed at step 10 of 20.'], ['stopped', 'The run was stopped at step 10 of 20.']] as const) {
    const text = outcomeText(ended(state), t);
    expect(text).toBe(`${words} ${score}`);
    expect(text).not.toMatch(silentDetectors);
  }
  const cutOff = ended('running');
  cutOff.end('interrupted');
  expect(outcomeText(cutOff, t)).toBe(`The run was cut off at step 10 of 20. ${score}`);
});

test('a run that measured nothing says so', () => {
  expect(outcomeText(ended('failed', []), t)).toBe('The run failed at step 10 of 20. No score was measured.');
});
