import { expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { findLab } from '../../src/core/labs/index.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import { train } from '../../workers/programs/headless.js';
import { testEnvironment } from '../environment.js';

/** What is found in a run of two seeds. */
async function found(id: string, preset: string, values: ConfigChange) {
  const lab = findLab(id)!;
  const { config, problems } = configure(lab, { preset, values: { replicas: 2, engine: 'cpu', ...values } });
  expect(problems).toEqual([]);
  return (await train({ lab, config }, testEnvironment, {})).record.findings;
}

// The runs that people were told to be 'nothing unusual'.
test.each<[lab: string, preset: string, values: ConfigChange, times: number]>([
  ['grpo', 'tool-choice-healthy', { learningRate: 3e-6 }, 330],
  ['grpo', 'too-timid', {}, 10],
  ['grpo', 'vqa-healthy', { learningRate: 1e-6 }, 500],
  ['biencoder', 'learning-rate-low', {}, 33],
  ['reward-model', 'healthy', { learningRate: 1e-5 }, 300],
  ['pointer', 'v2', { learningRate: 3e-6 }, 1000],
])('%s, %s %j: a run that learned nothing is told so at its end, with how far its rate is below a healthy one', async (lab, preset, values, times) => {
  const findings = await found(lab, preset, values);
  expect(findings.map(({ id }) => id)).toEqual(['underfitting']);
  expect(findings[0]).toMatchObject({ replicas: [{ replica: 0 }, { replica: 1 }], evidence: { variant: 'slow', values: { times } } });
});

test.each<[lab: string, preset: string]>([
  ['grpo', 'tool-choice-healthy'],
  ['grpo', 'healthy'],
  ['biencoder', 'healthy'],
  ['reward-model', 'healthy'],
  ['pointer', 'v2'],
])('%s, %s: one that learned is not', async (lab, preset) => {
  expect((await found(lab, preset, {})).filter(({ id }) => id === 'underfitting')).toEqual([]);
});
