import { expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { findLab } from '../../src/core/labs/index.js';

// `npm run presets` holds presets to what they promise; what findings say that healthy runs reach is the same.
test.each([
  ['grpo', 'tool-choice-healthy', 'validation.reward'],
  ['grpo', 'healthy', 'validation.answer'],
  ['grpo', 'thinking-grows', 'validation.answer'],
  ['grpo', 'vqa-healthy', 'validation.reward'],
  ['biencoder', 'healthy', 'accuracyAt1'],
  ['reward-model', 'healthy', 'accuracy'],
  ['pointer', 'v2', 'validationScore'],
])('%s: a healthy run is as its preset %s, by rate and score', (id, presetId, metric) => {
  const lab = findLab(id)!;
  const preset = lab.presets.find((each) => each.id === presetId)!;
  const config = presetConfig(lab, preset);
  const { learningRate, reaches } = lab.healthyRun(config);
  const { mean } = preset.expected.find((each) => each.metric === metric && each.at === 'final')!;
  expect(config['learningRate']).toBe(learningRate);
  expect(Math.abs(reaches - mean), `${reaches} against ${mean}`).toBeLessThanOrEqual(0.01);
});
