import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { detectors } from '../../src/core/findings/grpo/index.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { defaultConfig, presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { hasMessage, loadLanguage, message } from '../../src/core/messages/messages.js';
import type { Config } from '../../src/core/parameters.js';

const languages = ['en', 'zh'] as const;
await Promise.all(languages.map((language) => loadLanguage(language, 'grpo')));

type Curve = number | ((step: number) => number);
type Curves = Record<string, Curve>;

const preset = (id: string, values: Config = {}): Config => ({
  ...presetConfig(grpo, grpo.presets.find((candidate) => candidate.id === id)!),
  ...values,
});

/** Straight lines between [step, value] points, level outside them. */
const through =
  (...points: [number, number][]) =>
  (step: number): number => {
    const next = points.findIndex(([at]) => at >= step);
    if (next === 0) return points[0]![1];
    if (next < 0) return points.at(-1)![1];
    const [x0, y0] = points[next - 1]!;
    const [x1, y1] = points[next]!;
    return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
  };

const at = (curve: Curve, step: number): number => (typeof curve === 'number' ? curve : curve(step));

/** The curves of several replicas, watched as a run of `steps` steps with a validation every 10. */
function watchAll(config: Config, steps: number, replicas: Curves[], onlyIds?: string[]): readonly Finding[] {
  const chosen = onlyIds ? detectors.filter((detector) => onlyIds.includes(detector.id)) : detectors;
  const watcher = new FindingWatcher(chosen, config, replicas.length);
  for (let step = 0; step <= steps; step++) {
    watcher.observe(step, (metric, replica) => {
      const curve = replicas[replica]![metric];
      if (curve === undefined) return NaN;
      const measured = metric.startsWith('validation.') ? step % 10 === 0 : step > 0;
      return measured ? at(curve, step) : NaN;
    });
  }
  return watcher.findings;
}

const idsOf = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.id).sort();
const stepOf = (findings: readonly Finding[], id: string): number =>
  findings.find((finding) => finding.id === id)?.step ?? NaN;

/** Reproducible noise in [−1, 1]. */
const noise = (step: number, salt: number): number => {
  const x = Math.sin(step * 12.9898 + salt * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};
const noisy =
  (curve: (step: number) => number, size: number, salt: number) =>
  (step: number): number =>
    curve(step) + size * noise(step, salt);

const healthySum = (salt: number): Curves => ({
  'validation.answer': noisy(through([0, 0.48], [40, 0.78], [120, 0.89]), 0.08, salt),
  reward: noisy(through([1, 0.51], [60, 0.88], [120, 0.94]), 0.1, salt + 1),
  'reward.answer': noisy(through([1, 0.48], [60, 0.86], [120, 0.92]), 0.1, salt + 2),
  entropy: noisy(through([1, 0.28], [120, 0.055]), 0.015, salt + 3),
  entropyAtT1: noisy(through([1, 0.28], [120, 0.055]), 0.015, salt + 4),
  responseLength: noisy(through([1, 13.3], [60, 15.8]), 0.7, salt + 5),
  deadGroups: noisy(through([1, 0.2], [120, 0.65]), 0.2, salt + 6),
  gradNorm: noisy(through([1, 0.46], [120, 0.35]), 0.1, salt + 7),
  kl: noisy(through([1, 0], [120, 0.06]), 0.01, salt + 8),
});

const collapsedSum: Curves = {
  'validation.answer': through([0, 0.49], [20, 0.75], [40, 0.27], [100, 0]),
  reward: through([1, 0.51], [20, 0.78], [50, 0.2], [100, 0.095]),
  'reward.answer': through([1, 0.49], [20, 0.75], [40, 0.27], [100, 0]),
  entropy: through([1, 0.25], [20, 0.1], [45, 0.23], [90, 0.001]),
  entropyAtT1: through([1, 0.25], [20, 0.1], [45, 0.23], [90, 0.001]),
  responseLength: through([1, 13.3], [20, 15.8], [45, 13], [75, 1]),
  deadGroups: through([1, 0.2], [40, 0.3], [85, 1]),
  gradNorm: through([1, 0.46], [12, 0.46], [35, 1], [60, 0.6], [95, 0]),
  kl: through([1, 0], [30, 0.05], [55, 0.7], [120, 2]),
};

const healthyTool: Curves = {
  'validation.reward': noisy(through([0, 0.42], [40, 0.73], [90, 0.94]), 0.03, 1),
  'validation.answer': through([0, 0.2], [90, 0.94]),
  reward: noisy(through([1, 0.4], [40, 0.72], [90, 0.95]), 0.06, 2),
  'reward.answer': through([1, 0.2], [90, 0.95]),
  entropy: through([1, 0.31], [30, 0.28], [90, 0.02]),
  entropyAtT1: through([1, 0.31], [30, 0.28], [90, 0.02]),
  'entropy.decisive': through([1, 1.6], [30, 1.33], [150, 0.31]),
  responseLength: through([1, 6], [150, 7]),
  deadGroups: noisy(through([1, 0.1], [30, 0.13], [90, 0.97]), 0.03, 3),
  gradNorm: through([1, 0.4], [20, 0.9], [100, 0.01]),
  kl: through([1, 0], [60, 0.9], [150, 0.6]),
};

const collapsedTool: Curves = {
  ...healthyTool,
  'validation.reward': through([0, 0.4], [40, 0.5]),
  reward: noisy(through([1, 0.4], [30, 0.5]), 0.03, 4),
  'reward.answer': through([1, 0.2], [30, 0]),
  deadGroups: through([1, 0.1], [25, 0.95]),
  responseLength: through([1, 6], [30, 5]),
};

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
    expect(finding).toMatchObject({ severity: 'alarm', evidence: { variant: 'nothing' } });
    const { fix } = detectors.find(({ id }) => id === 'entropy-collapse')!;
    expect(fix!(config)).toEqual({ maxResponseLength: 10 });
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

  it('validation-drop needs two low evaluations in a row, below .8 of the best and out of the noise', () => {
    const scoresAt = (...values: number[]) => ({ 'validation.answer': (s: number) => values[s / 10]! });
    expect(fires('validation-drop', scoresAt(0.5, 0.8, 0.63, 0.63))).toBe(true);
    expect(fires('validation-drop', scoresAt(0.5, 0.8, 0.63, 0.65, 0.63, 0.65, 0.7))).toBe(false);
    expect(fires('validation-drop', scoresAt(0.22, 0.27, 0.2, 0.19, 0.21, 0.2, 0.19))).toBe(false);
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

describe('FindingWatcher', () => {
  const config = preset('healthy');
  const kl = detectors.filter((detector) => detector.id === 'kl-blow-up');

  it('makes one finding, extends it to replicas and keeps it when the sign is gone', () => {
    const watcher = new FindingWatcher(kl, config, 3);
    const told: [number, Finding][] = [];
    for (let step = 1; step <= 60; step++) {
      const values = [step < 20 ? 0.3 : 0, step >= 10 && step < 30 ? 0.3 : 0, NaN];
      for (const finding of watcher.observe(step, (_, replica) => values[replica]!)) told.push([step, finding]);
    }
    expect(told.map(([step]) => step)).toEqual([3, 16]);
    expect(watcher.findings).toEqual([told[1]![1]]);
    expect(watcher.findings[0]).toMatchObject({
      id: 'kl-blow-up',
      step: 3,
      severity: 'warning',
      replicas: [{ replica: 0, step: 3 }, { replica: 1, step: 16 }],
    });
    expect(watcher.findings[0]!.evidence.values.kl).toBeCloseTo(0.3);
  });

  it('raises a warning to an alarm once, with the evidence of then', () => {
    const watcher = new FindingWatcher(kl, config, 1);
    const told: string[] = [];
    for (let step = 1; step <= 40; step++) {
      for (const { severity } of watcher.observe(step, () => (step < 10 ? 0.3 : 2))) told.push(`${step} ${severity}`);
    }
    expect(told).toEqual(['3 warning', '12 alarm']);
    expect(watcher.findings[0]!.step).toBe(3);
    expect(watcher.findings[0]!.evidence.values.kl).toBeGreaterThan(0.5);
  });

  it('does not take a live change of the reward weights for a drop', () => {
    const vqa = preset('vqa-healthy');
    const drop = detectors.filter((detector) => detector.id === 'validation-drop');
    const watcher = new FindingWatcher(drop, vqa, 1);
    watcher.observe(0, () => 0.9);
    watcher.change({ ...vqa, 'rewardWeights.caption': 0, 'rewardWeights.format': 0 });
    for (const step of [10, 20, 30]) watcher.observe(step, () => 0.5);
    expect(watcher.findings).toEqual([]);
  });
});

describe('fixes', () => {
  const fix = (id: string, config: Config) => detectors.find((detector) => detector.id === id)!.fix?.(config);

  it.each<[string, string, Config]>([
    ['gradient-spike', 'collapse', { learningRate: 5e-4 }],
    ['length-collapse', 'collapse-n2', { learningRate: 5e-4 }],
    ['entropy-collapse', 'entropy-collapse', { learningRate: 1e-3 }],
    ['entropy-collapse', 'premature-convergence', { learningRate: 5e-4 }],
    ['dead-groups', 'sampler-collapse', { temperature: 1 }],
    ['overfitting', 'overfitting', { trainingPrompts: 512 }],
    ['validation-drop', 'overfitting', { trainingPrompts: 512 }],
    ['entropy-explosion', 'entropy-explosion', { entropyCoefficient: 0 }],
    ['validation-drop', 'clipping-off', { clipping: true }],
  ])('%s of %s: what cured it when measured', (id, presetId, change) => {
    expect(fix(id, preset(presetId))).toEqual(change);
  });

  it('are valid values that change something, or none', () => {
    for (const detector of detectors) {
      for (const { id } of grpo.presets) {
        const config = preset(id);
        for (const [key, value] of Object.entries(detector.fix?.(config) ?? {})) {
          expect(grpo.parameters.some((parameter) => parameter.key === key)).toBe(true);
          expect(config[key]).not.toBe(value);
        }
      }
      expect(detector.fix?.(preset('healthy'))).toBeUndefined();
    }
  });
});

describe('words', () => {
  const variants: Record<string, string[]> = {
    'kl-blow-up': ['dropout'],
    'dead-groups': ['sampler'],
    'entropy-collapse': ['sampler', 'unrewarded', 'partly', 'nothing'],
    overfitting: ['sampler'],
  };

  it.each(detectors.map((detector) => detector.id))('%s has title, evidence, cause and fix in both languages', (id) => {
    const forms = ['', ...(variants[id] ?? []).map((variant) => `.${variant}`)];
    const parts = forms.flatMap((form) => ['evidence', 'cause', 'fix'].map((part) => `${form}.${part}`));
    const ids = ['', ...parts].map((part) => `finding.${id}${part}`);
    for (const language of languages) {
      expect(ids.filter((messageId) => !hasMessage(language, messageId, 'grpo'))).toEqual([]);
    }
  });

  it('fills every placeholder of an evidence that it gives', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
    const runs: [Config, Curves][] = [
      [preset('collapse'), collapsedSum],
      [preset('collapse', { dropout: 0.1, temperature: 0.6 }), { ...collapsedSum, entropyAtT1: 0.2 }],
      [preset('entropy-collapse'), collapsedTool],
      [preset('entropy-collapse'), { ...collapsedTool, reward: 0.72 }],
      [preset('entropy-collapse'), { ...collapsedTool, reward: 0.05 }],
      [preset('entropy-explosion'), { ...collapsedSum, entropy: through([1, 0.28], [30, 2.4]) }],
      [preset('overfitting'), { 'validation.answer': 0.3, 'reward.answer': 0.95 }],
      [defaultConfig(grpo, { task: 'running-sum' }), {}],
    ];
    for (const [config, curves] of runs) {
      for (const { id, evidence } of watchAll(config, 120, [curves])) {
        const messageId = `finding.${id}${evidence.variant ? `.${evidence.variant}` : ''}.evidence`;
        for (const language of languages) {
          const missing = placeholders(message(language, messageId, {}, 'grpo')).filter((name) => !(name in evidence.values));
          expect([messageId, hasMessage(language, messageId, 'grpo'), missing]).toEqual([messageId, true, []]);
        }
      }
    }
  });
});
