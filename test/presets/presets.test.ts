import { expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import { checkPreset } from '../../workers/presets.js';
import { testEnvironment } from '../environment.js';

// The other presets: `npm run presets`.
it.each(['tool-choice-healthy', 'entropy-collapse', 'collapse'])('%s ends as it promises, over 5 seeds', async (id) => {
  const preset = grpo.presets.find((candidate) => candidate.id === id)!;
  const { config } = configure(grpo, { preset: id, values: { replicas: 5, engine: 'cpu' } });
  const check = await checkPreset(grpo, preset, config, testEnvironment);
  expect(check.wrongFindings).toEqual([]);
  expect(check.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);
  if (id === 'entropy-collapse') expect(check.findings.find((finding) => finding.id === id)!.step).toBeLessThanOrEqual(40);
});

it.each(rewardModel.presets)('reward-model/$id ends as it promises, over 5 seeds', async (preset) => {
  const { config } = configure(rewardModel, { preset: preset.id, values: { replicas: 5, engine: 'cpu' } });
  const check = await checkPreset(rewardModel, preset, config, testEnvironment);
  expect(check.wrongFindings).toEqual([]);
  expect(check.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);
});
