import { expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import { checkPreset, lostComparisons, wrongOrder, type PresetCheck } from '../../workers/programs/presets.js';
import { testEnvironment } from '../environment.js';

// The other presets: `npm run presets`.
it.each(['tool-choice-healthy', 'entropy-collapse', 'collapse'])('%s ends as it promises, over 5 seeds', async (id) => {
  const preset = grpo.presets.find((candidate) => candidate.id === id)!;
  const { config } = configure(grpo, { preset: id, values: { replicas: 5, engine: 'cpu' } });
  const check = await checkPreset(grpo, preset, config, testEnvironment);
  expect(check.wrongFindings).toEqual([]);
  expect(check.outcomes).not.toEqual([]);
  expect(check.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);
  if (id === 'entropy-collapse') expect(check.findings.find((finding) => finding.id === id)!.step).toBeLessThanOrEqual(40);
});

it.each(rewardModel.presets)('reward-model/$id ends as it promises, over 5 seeds', async (preset) => {
  const { config } = configure(rewardModel, { preset: preset.id, values: { replicas: 5, engine: 'cpu' } });
  const check = await checkPreset(rewardModel, preset, config, testEnvironment);
  expect(check.wrongFindings).toEqual([]);
  expect(check.outcomes).not.toEqual([]);
  expect(check.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);
});

it('pointer/v2 ends as it promises, and presets have to end in the promised order, seed by seed', async () => {
  const preset = pointer.presets.find(({ id }) => id === 'v2')!;
  const { config } = configure(pointer, { preset: 'v2', values: { replicas: 5, engine: 'cpu' } });
  const v2 = await checkPreset(pointer, preset, config, testEnvironment);
  expect(v2.wrongFindings).toEqual([]);
  expect(v2.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);

  /** As if the preset had been measured so much lower than V2. */
  const lower = (id: string, by: number): PresetCheck => {
    const { expected } = pointer.presets.find((each) => each.id === id)!;
    const [outcome] = v2.outcomes;
    const values = outcome!.values.map((value) => value - by);
    const measured = outcome!.measured - by;
    return { ...v2, preset: id, outcomes: [{ ...outcome!, expectation: expected[0]!, expected: outcome!.expected - 0.1, values, measured }] };
  };
  expect([...wrongOrder([v2, lower('v3', 0.1)]), ...lostComparisons([v2, lower('v3', 0.1)])]).toEqual([]);
  expect(wrongOrder([v2, lower('v3', -0.1)])).toEqual(['v2 should end above v3 in validationScore']);
  expect(lostComparisons([v2, lower('v3', -0.1)])).toEqual(['v2 should lie above v3 in validationScore in 4 seeds, not 0']);
});
