import { describe, expect, it } from 'vitest';
import {
  collapsedSum, collapsedTool, healthySum, healthyTool, idsOf, noisy, preset, stepOf, through, watchAll, type Curves,
} from './runCurves.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Config } from '../../src/core/parameters.js';

describe('what runs of the lab are told', () => {
  it('says nothing about healthy runs', () => {
    const replicas = Array.from({ length: 20 }, (_, salt) => healthySum(20 * salt));
    expect(idsOf(watchAll(preset('healthy'), 120, replicas))).toEqual([]);
  });

  it('says nothing about a run of tool-choice that simply gets everything right', () => {
    expect(idsOf(watchAll(preset('tool-choice-healthy'), 150, [healthyTool]))).toEqual([]);
  });

  it('reports entropy spent without reward, early and as an alarm', () => {
    const findings = watchAll(preset('entropy-collapse'), 150, [collapsedTool]);
    expect(idsOf(findings)).toEqual(['entropy-collapse']);
    expect(findings[0]).toMatchObject({ severity: 'alarm', evidence: { variant: 'unrewarded' } });
    expect(findings[0]!.step).toBeLessThanOrEqual(40);
  });

  it('only warns where reward says that part of the questions is being learned, until reward falls', () => {
    const curves = { ...collapsedTool, reward: 0.72 };
    expect(watchAll(preset('entropy-collapse'), 150, [curves])).toMatchObject([
      { id: 'entropy-collapse', severity: 'warning', evidence: { variant: 'partly' } },
    ]);
    const falling = { ...curves, reward: through([1, 0.72], [60, 0.72], [90, 0.5]) };
    expect(watchAll(preset('entropy-collapse'), 150, [falling])).toMatchObject([
      { severity: 'alarm', evidence: { variant: 'unrewarded' } },
    ]);
  });

  it('does not blame the safe reply where nothing is earned, and makes room for an answer', () => {
    const config = preset('entropy-collapse', { maxResponseLength: 2 });
    const [finding] = watchAll(config, 60, [{ ...collapsedTool, reward: 0 }]);
    expect(finding).toMatchObject({ id: 'dead-groups', severity: 'alarm', evidence: { variant: 'nothing' } });
    const { fix } = grpo.detectors.find(({ id }) => id === 'dead-groups')!;
    expect(fix!(config)?.change).toEqual({ maxResponseLength: 10, learningRate: 1e-3 });
  });

  it('speaks of no collapse of entropy while there is plenty, whatever is earned', () => {
    const undecided = { ...collapsedTool, 'entropy.decisive': 1.2 };
    for (const reward of [0.03, 0.5]) {
      const findings = watchAll(preset('entropy-collapse', { learningRate: 0.05 }), 60, [{ ...undecided, reward }]);
      expect(findings.map(({ id }) => id)).toEqual(['dead-groups']);
    }
  });

  it('blames a narrowed sampler, not the policy, where the deciding token of tool-choice is undecided still', () => {
    const config = preset('tool-choice-healthy', { temperature: 0.3 });
    const undecided = { ...collapsedTool, deadGroups: 1, 'entropy.decisive': 1.65 };
    expect(watchAll(config, 60, [undecided])).toMatchObject([{ id: 'dead-groups', evidence: { variant: 'sampler' } }]);
    expect(watchAll(config, 60, [{ ...undecided, 'entropy.decisive': 0.05 }])).toMatchObject([{ id: 'entropy-collapse' }]);
  });

  it('says so where no response can earn anything', () => {
    const config = preset('tool-choice-healthy', { 'rewardWeights.answer': 0, 'rewardWeights.hedge': 0 });
    const curves = { ...collapsedTool, deadGroups: 1, reward: 0, 'entropy.decisive': 1.65 };
    expect(watchAll(config, 60, [curves])).toMatchObject([{ id: 'dead-groups', evidence: { variant: 'weightless' } }]);
    const { fix } = grpo.detectors.find(({ id }) => id === 'dead-groups')!;
    expect(fix!({ ...config, temperature: 0.5 }), 'no sampler helps').toBeUndefined();
  });

  it('follows a collapse sign by sign, from the spike of the gradient to its end', () => {
    const findings = watchAll(preset('collapse'), 120, [collapsedSum]);
    expect(idsOf(findings)).toEqual([
      'dead-groups',
      'entropy-collapse',
      'gradient-spike',
      'gradient-vanished',
      'kl-blow-up',
      'length-collapse',
      'validation-drop',
    ]);
    expect(findings[0]!.id).toBe('gradient-spike');
    expect(stepOf(findings, 'gradient-spike')).toBeGreaterThanOrEqual(18);
    expect(stepOf(findings, 'gradient-spike')).toBeLessThanOrEqual(36);
    expect(stepOf(findings, 'validation-drop')).toBeLessThanOrEqual(50);
    expect(findings.find((finding) => finding.id === 'kl-blow-up')!.severity).toBe('alarm');
  });

  it('tells a narrowed sampler from a policy without entropy', () => {
    const curves = {
      ...healthySum(0),
      entropy: through([1, 0.037], [30, 0.007]),
      entropyAtT1: 0.15,
      deadGroups: through([1, 0.6], [30, 0.95]),
      'reward.answer': through([1, 0.8], [30, 1]),
      'validation.answer': through([0, 0.48], [50, 0.65]),
    };
    const findings = watchAll(preset('sampler-collapse'), 120, [curves]);
    expect(idsOf(findings)).toEqual(['dead-groups', 'entropy-collapse', 'overfitting']);
    expect(findings.every((finding) => finding.evidence.variant === 'sampler')).toBe(true);
    const policyToo = watchAll(preset('sampler-collapse'), 120, [{ ...curves, entropyAtT1: 0.01 }]);
    expect(policyToo.find(({ id }) => id === 'entropy-collapse')!.evidence.variant).toBeUndefined();
  });

  it('reports memorised prompts', () => {
    const curves = {
      ...healthySum(0),
      'validation.answer': through([0, 0.48], [10, 0.62], [60, 0.26]),
      'reward.answer': through([1, 0.5], [30, 0.95]),
    };
    const findings = watchAll(preset('overfitting'), 120, [curves], ['overfitting', 'validation-drop']);
    expect(idsOf(findings)).toEqual(['overfitting', 'validation-drop']);
    expect(stepOf(findings, 'overfitting')).toBeLessThanOrEqual(40);
    expect(findings[0]!.evidence.variant).toBeUndefined();
  });

  it('reports an entropy that an entropy bonus drives up, and not one that only comes back', () => {
    const explosion = {
      ...healthySum(0),
      entropy: through([1, 0.28], [8, 0.6], [30, 2.4]),
      reward: noisy(through([1, 0.48], [22, 0]), 0.05, 3),
    };
    const findings = watchAll(preset('entropy-explosion'), 60, [explosion], ['entropy-explosion']);
    expect(findings[0]!.step).toBeLessThanOrEqual(30);
    expect(watchAll(preset('collapse'), 120, [collapsedSum], ['entropy-explosion'])).toEqual([]);
    const exploring = { ...explosion, reward: through([1, 0.2], [60, 0.9]) };
    expect(watchAll(preset('thinking-grows'), 60, [exploring], ['entropy-explosion'])).toEqual([]);
  });
});

describe('a loss or gradient that is not finite', () => {
  it('is reported at its step, at once', () => {
    for (const metric of ['policyLoss', 'gradNorm']) {
      const curves = { ...healthySum(0), [metric]: (step: number) => (step < 7 ? 0.3 : Infinity) };
      const findings = watchAll(preset('healthy'), 7, [curves]);
      expect(findings.map(({ id, step, severity }) => [id, step, severity])).toEqual([['not-finite', 7, 'alarm']]);
    }
  });
});

describe('thresholds', () => {
  const sum = preset('healthy');
  const fires = (id: string, curves: Curves, steps = 60, config = sum): boolean =>
    watchAll(config, steps, [curves], [id]).length > 0;
  const from = (step: number, before: number, after: number) => (s: number) => (s < step ? before : after);

  it.each<[string, string, number, number]>([
    ['kl-blow-up', 'kl', 0.21, 0.2],
    ['dead-groups', 'deadGroups', 0.89, 0.88],
    ['gradient-vanished', 'gradNorm', 0.049, 0.05],
    ['entropy-collapse', 'entropy', 0.029, 0.03],
  ])('%s compares %s strictly', (id, metric, firing, silent) => {
    expect(fires(id, { [metric]: firing, entropyAtT1: firing })).toBe(true);
    expect(fires(id, { [metric]: silent, entropyAtT1: silent })).toBe(false);
  });

  it.each<[string, string, number, number]>([
    ['kl-blow-up', 'kl', 1, 3],
    ['dead-groups', 'deadGroups', 1, 10],
    ['gradient-vanished', 'gradNorm', 0, 5],
    ['entropy-collapse', 'entropy', 0, 10],
  ])('%s needs its steps in a row', (id, metric, value, steps) => {
    expect(fires(id, { [metric]: value }, steps - 1)).toBe(false);
    expect(fires(id, { [metric]: value }, steps)).toBe(true);
  });

  it('gradient-spike compares with the mean of steps 5 to 10, whatever came before', () => {
    const spike = (factor: number): Curves => ({ gradNorm: (s) => (s < 5 ? 9 : s <= 10 ? 0.4 : 0.4 * factor) });
    expect(fires('gradient-spike', spike(1.55))).toBe(true);
    expect(fires('gradient-spike', { gradNorm: from(11, 0.4, 0.59) })).toBe(false);
    expect(fires('gradient-spike', { gradNorm: from(11, 0.01, 1) })).toBe(false);
  });

  it('length-collapse compares with the longest mean, for 5 steps', () => {
    expect(fires('length-collapse', { responseLength: from(20, 10, 5.9) })).toBe(true);
    expect(fires('length-collapse', { responseLength: from(20, 10, 6.05) })).toBe(false);
    expect(fires('length-collapse', { responseLength: (s) => (s >= 20 && s < 23 ? 1 : 10) })).toBe(false);
  });

  it('ratio-blow-up asks for several updates of a batch, 3 steps in a row from step 5 on', () => {
    const twice = { ...sum, innerEpochs: 2 };
    const found = (config: Config, curve: Curves[string]): number =>
      stepOf(watchAll(config, 40, [{ 'ratio.sequence': curve }], ['ratio-blow-up']), 'ratio-blow-up');
    expect(found(twice, 1.26)).toBe(7);
    expect(found({ ...sum, miniBatches: 4 }, 1.26)).toBe(7);
    expect(found(twice, 1.25)).toBeNaN();
    expect(found(twice, (s) => (s < 5 ? 3 : 1.05))).toBeNaN();
    expect(found(sum, 3)).toBeNaN();
  });

  it('stale-policy asks for staleness, and allows for more where the policy moves further as it learns', () => {
    const stale = (kl: number, values: Config): boolean => fires('stale-policy', { stalenessKl: kl }, 40, { ...sum, ...values });
    expect(stale(0.051, { staleness: 4 })).toBe(true);
    expect(stale(0.05, { staleness: 4 })).toBe(false);
    expect(stale(1, { staleness: 0, rolloutPrecision: 'fp8' })).toBe(false);
    expect(stale(0.3, { task: 'tool-choice', staleness: 8 })).toBe(false);
    expect(stale(0.31, { task: 'tool-choice', staleness: 8 })).toBe(true);
    expect(fires('stale-policy', { stalenessKl: 1 }, 2, { ...sum, staleness: 4 })).toBe(false);
  });

  it('truncation needs two fifths of the responses cut off for 5 steps', () => {
    expect(fires('truncation', { truncatedShare: 0.41 }, 5)).toBe(true);
    expect(fires('truncation', { truncatedShare: 0.41 }, 4)).toBe(false);
    expect(fires('truncation', { truncatedShare: 0.4 })).toBe(false);
    const variant = (share: Curves[string]): string | undefined => watchAll(sum, 60, [{ truncatedShare: share }], ['truncation'])[0]!.evidence.variant;
    expect(variant(0.6)).toBeUndefined();
    expect(variant(through([10, 0], [40, 0.9]))).toBe('grown');
  });

  it('verifier-exploited compares what training is told with what was earned, and only where wrong answers pass', () => {
    const tool = preset('tool-choice-healthy', { verifierFalsePositive: 0.5 });
    const told = (reward: number, rewardTrue: number, config = tool): boolean => fires('verifier-exploited', { reward, rewardTrue }, 20, config);
    expect(told(0.95, 0.47)).toBe(true);
    expect(told(0.95, 0.6)).toBe(false);
    expect(told(0.75, 0.3)).toBe(false);
    expect(told(0.8, 0.56)).toBe(false);
    expect(told(0.95, 0.47, { ...tool, verifierFalsePositive: 0 })).toBe(false);
    const denied = preset('tool-choice-healthy', { verifierFalseNegative: 0.3 });
    const hedging = { reward: 0.5, rewardTrue: 0.55, 'reward.hedge': 0.76 };
    expect(watchAll(denied, 20, [hedging], ['verifier-exploited'])).toMatchObject([{ severity: 'warning', evidence: { variant: 'strict' } }]);
    expect(fires('verifier-exploited', { ...hedging, 'reward.hedge': 0.75 }, 20, denied)).toBe(false);
    expect(fires('verifier-exploited', hedging, 20, preset('tool-choice-healthy'))).toBe(false);
    expect(fires('verifier-exploited', { reward: 0.95, rewardTrue: 0.47 }, 9, tool)).toBe(false);
  });

  it('validation-drop needs two low evaluations in a row, below .8 of the best and out of the noise', () => {
    const scoresAt = (...values: number[]) => ({ 'validation.answer': (s: number) => values[s / 10]! });
    expect(fires('validation-drop', scoresAt(0.5, 0.8, 0.63, 0.63))).toBe(true);
    expect(fires('validation-drop', scoresAt(0.5, 0.8, 0.63, 0.65, 0.63, 0.65, 0.7))).toBe(false);
    expect(fires('validation-drop', scoresAt(0.22, 0.27, 0.2, 0.19, 0.21, 0.2, 0.19))).toBe(false);
  });

  it('validation-drop tells both low evaluations', () => {
    const curves = { 'validation.answer': (s: number) => [0.5, 0.8, 0.31, 0.49][s / 10]! };
    const [finding] = watchAll(preset('healthy'), 30, [curves], ['validation-drop']);
    expect(finding!.evidence.values).toEqual({ before: 0.31, score: 0.49, best: 0.8, bestStep: 10 });
  });

  it('entropy-explosion needs twice the first entropy, rising, without reward', () => {
    const rise = (to: number): Curves => ({ entropy: through([3, 0.3], [25, to], [60, to + 0.01]), reward: 0.2 });
    expect(fires('entropy-explosion', rise(0.65))).toBe(true);
    expect(fires('entropy-explosion', rise(0.58))).toBe(false);
    expect(fires('entropy-explosion', { ...rise(0.65), reward: through([1, 0.2], [60, 0.3]) })).toBe(false);
  });

  it('overfitting needs a gap above .3 twice and training steps to compare with', () => {
    expect(fires('overfitting', { 'reward.answer': 0.9, 'validation.answer': 0.59 }, 10)).toBe(false);
    expect(fires('overfitting', { 'reward.answer': 0.9, 'validation.answer': 0.59 }, 20)).toBe(true);
    expect(fires('overfitting', { 'reward.answer': 0.9, 'validation.answer': 0.61 })).toBe(false);
    expect(fires('overfitting', { 'validation.answer': 0.1 })).toBe(false);
  });

  it('measures tool-choice by the largest reward that the weights allow', () => {
    const curves = { deadGroups: 0.95, reward: 0.5 };
    expect(fires('entropy-collapse', curves, 60, preset('entropy-collapse'))).toBe(true);
    expect(fires('entropy-collapse', { ...curves, reward: 0.8 }, 60, preset('entropy-collapse'))).toBe(false);
    const hedgingIsRight = preset('entropy-collapse', { 'rewardWeights.answer': 0.5 });
    expect(fires('entropy-collapse', curves, 60, hedgingIsRight)).toBe(false);
  });

  it('counts measured steps only: a gap neither breaks a row nor adds to it', () => {
    const gaps: Curves = { kl: (s) => (s % 2 === 0 ? 1 : NaN) };
    const findings = watchAll(sum, 20, [gaps], ['kl-blow-up']);
    expect(findings[0]!.step).toBe(6);
    expect(fires('gradient-spike', { gradNorm: (s) => (s <= 10 ? NaN : 5) })).toBe(false);
  });
});
