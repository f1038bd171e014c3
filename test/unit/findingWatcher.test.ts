import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { defaultConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { hasMessage, loadLanguage, message } from '../../src/core/messages/messages.js';
import type { Config } from '../../src/core/parameters.js';
import { evidenceValues } from '../../src/ui/state/wording.js';
import { collapsedSum, collapsedTool, preset, through, watchAll, type Curves } from './runCurves.js';

const languages = ['en', 'zh'] as const;
await Promise.all(languages.map((language) => loadLanguage(language, 'grpo')));

describe('FindingWatcher', () => {
  const config = preset('healthy');
  const kl = grpo.detectors.filter((detector) => detector.id === 'kl-blow-up');

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
    const drop = grpo.detectors.filter((detector) => detector.id === 'validation-drop');
    const watcher = new FindingWatcher(drop, vqa, 1);
    watcher.observe(0, () => 0.9);
    watcher.change({ ...vqa, 'rewardWeights.caption': 0, 'rewardWeights.format': 0 });
    for (const step of [10, 20, 30]) watcher.observe(step, () => 0.5);
    expect(watcher.findings).toEqual([]);
  });
});

describe('fixes', () => {
  const fix = (id: string, config: Config) => grpo.detectors.find((detector) => detector.id === id)!.fix?.(config)?.change;

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
    let changes = 0;
    for (const detector of grpo.detectors) {
      for (const { id } of grpo.presets) {
        const config = preset(id);
        for (const [key, value] of Object.entries(detector.fix?.(config)?.change ?? {})) {
          changes++;
          expect(grpo.parameters.some((parameter) => parameter.key === key)).toBe(true);
          expect(config[key]).not.toBe(value);
        }
      }
      expect(detector.fix?.(preset('healthy'))).toBeUndefined();
    }
    expect(changes).toBeGreaterThan(grpo.presets.length);
  });
});

describe('words', () => {
  const variants: Record<string, string[]> = {
    'kl-blow-up': ['dropout'],
    'dead-groups': ['sampler', 'weightless', 'nothing'],
    'entropy-collapse': ['sampler', 'unrewarded', 'partly'],
    overfitting: ['sampler'],
  };

  it.each(grpo.detectors.map((detector) => detector.id))('%s has title, evidence, cause and fix in both languages', (id) => {
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
    const told = new Set<string>();
    for (const [config, curves] of runs) {
      for (const { id, evidence } of watchAll(config, 120, [curves])) {
        const messageId = `finding.${id}${evidence.variant ? `.${evidence.variant}` : ''}.evidence`;
        told.add(messageId);
        for (const language of languages) {
          const values = evidenceValues(evidence);
          const missing = placeholders(message(language, messageId, {}, 'grpo')).filter((name) => !(name in values));
          expect([messageId, hasMessage(language, messageId, 'grpo'), missing]).toEqual([messageId, true, []]);
        }
      }
    }
    expect(told.size).toBeGreaterThan(runs.length);
  });

  it('tells shares as percentages, and scores as they were measured', () => {
    const findings = watchAll(preset('entropy-collapse'), 60, [{ ...collapsedTool, deadGroups: 1, reward: 0.5 }]);
    const finding = findings.find(({ id }) => id === 'entropy-collapse');
    const told = (language: 'en' | 'zh'): string =>
      message(language, 'finding.entropy-collapse.unrewarded.evidence', evidenceValues(finding!.evidence), 'grpo');
    expect(told('en')).toContain('in 100% of the groups all responses earn the same, at a reward of 0.50 out of 1.');
    expect(told('zh')).toContain('100% 的组');
  });
});
