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

it('V2, V3 and V3 at ten times the learning rate end as they promise, and in the promised order seed by seed', async () => {
  const checks: PresetCheck[] = [];
  for (const preset of pointer.presets) {
    const { config } = configure(pointer, { preset: preset.id, values: { replicas: 5, engine: 'cpu' } });
    const check = await checkPreset(pointer, preset, config, testEnvironment);
    expect(check.wrongFindings, preset.id).toEqual([]);
    expect(check.outcomes, preset.id).not.toEqual([]);
    expect(check.outcomes.filter((outcome) => !outcome.holds), preset.id).toEqual([]);
    checks.push(check);
  }
  expect([...wrongOrder(checks), ...lostComparisons(checks)]).toEqual([]);
  // V2 with V3's values loses in every seed.
  const values = checks[1]!.outcomes[0]!.values;
  const worse = { ...checks[0]!, outcomes: [{ ...checks[0]!.outcomes[0]!, values }] };
  expect(lostComparisons([worse, checks[1]!])).toEqual(['v2 should lie above v3 in validationScore in 4 seeds, not 0']);
});
