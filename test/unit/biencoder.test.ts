import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import {
  aspectOf, counterOf, meaningOf, meanings, relationOf, stanceOf, topicOf, vocabularySize,
} from '../../src/core/labs/biencoder/grammar.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { roleOf, wordsOf } from '../../src/core/labs/biencoder/words.js';
import { configure, presetConfig } from '../../src/core/labs/configure.js';
import { hasMessage, loadLanguage, message } from '../../src/core/messages/messages.js';
import type { Config } from '../../src/core/parameters.js';
import { evidenceValues } from '../../src/ui/state/wording.js';

const languages = ['en', 'zh'] as const;
await Promise.all(languages.map((language) => loadLanguage(language, 'biencoder')));

const preset = (id: string, values: Config = {}): Config => ({
  ...presetConfig(biencoder, biencoder.presets.find((candidate) => candidate.id === id)!),
  ...values,
});

/** What evaluations measured, one after the other, evenly spread over the run. */
interface Course {
  readonly trainLoss: readonly number[];
  readonly validationLoss?: readonly number[];
  readonly accuracyAt1: readonly number[];
  readonly twinShare?: readonly number[];
  readonly meanPairDistance?: readonly number[];
}

function watch(config: Config, course: Course): readonly Finding[] {
  const watcher = new FindingWatcher(biencoder.detectors, config, 1);
  const last = course.trainLoss.length - 1;
  const steps = Number(config['steps']);
  course.trainLoss.forEach((_, i) => {
    watcher.observe(Math.round((i * steps) / last), (metric) => course[metric as keyof Course]?.[i] ?? NaN);
  });
  return watcher.findings;
}

const idsOf = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id);

// Recorded with seed 0, every third evaluation or so.
const healthy: Course = {
  trainLoss: [4.65, 3.62, 2.22, 1.31, 0.9, 0.55, 0.4, 0.35, 0.31],
  validationLoss: [4.62, 3.62, 2.3, 1.44, 1.05, 0.62, 0.46, 0.41, 0.38],
  accuracyAt1: [0.01, 0.06, 0.22, 0.39, 0.55, 0.75, 0.84, 0.86, 0.88],
  twinShare: [0.01, 0.02, 0.01, 0.02, 0.03, 0.04, 0.05, 0.05, 0.05],
  meanPairDistance: [1.04, 0.32, 0.9, 1.34, 1.37, 1.39, 1.39, 1.39, 1.39],
};
const overfitting: Course = {
  trainLoss: [4.6, 1.17, 0.28, 0.14, 0.1, 0.06, 0.04, 0.03, 0.02],
  validationLoss: [4.62, 2.61, 1.84, 1.68, 1.75, 2.03, 2.4, 2.6, 2.79],
  accuracyAt1: [0.01, 0.09, 0.31, 0.34, 0.33, 0.29, 0.2, 0.17, 0.16],
  twinShare: [0.01, 0.03, 0.05, 0.06, 0.06, 0.07, 0.07, 0.08, 0.08],
  meanPairDistance: [1.04, 1.33, 1.38, 1.39, 1.39, 1.39, 1.39, 1.39, 1.39],
};
const dropoutCures: Course = {
  trainLoss: [4.6, 2.91, 1.08, 0.66, 0.51, 0.43, 0.34, 0.25, 0.17],
  validationLoss: [4.62, 3.43, 2.31, 1.7, 1.31, 1.11, 0.94, 0.75, 0.51],
  accuracyAt1: [0.01, 0.06, 0.19, 0.33, 0.46, 0.52, 0.62, 0.73, 0.84],
};
const collapse: Course = {
  trainLoss: [0.43, 0.325, 0.301, 0.3, 0.3, 0.3],
  validationLoss: [0.43, 0.324, 0.301, 0.3, 0.3, 0.3],
  accuracyAt1: [0.01, 0.03, 0.02, 0.02, 0.02, 0.03],
  meanPairDistance: [1.04, 0.12, 0.05, 0.03, 0.01, 0.005],
};
const curriculum: Course = {
  trainLoss: [0.43, 0.3, 0.19, 0.15, 0.09, 0.07, 0.04, 0.03, 0.03],
  validationLoss: [0.43, 0.31, 0.2, 0.16, 0.1, 0.08, 0.05, 0.04, 0.04],
  accuracyAt1: [0.01, 0.1, 0.26, 0.43, 0.66, 0.81, 0.88, 0.85, 0.86],
  meanPairDistance: [1.04, 0.9, 1.1, 1.2, 1.3, 1.35, 1.38, 1.39, 1.39],
};
const easyNegatives: Course = {
  trainLoss: [0.3, 0.11, 0.05, 0.03, 0.01, 0.02, 0.02],
  validationLoss: [0.3, 0.12, 0.06, 0.03, 0.02, 0.02, 0.02],
  accuracyAt1: [0.01, 0.06, 0.11, 0.1, 0.13, 0.16, 0.11],
  meanPairDistance: [1.04, 1.2, 1.3, 1.33, 1.34, 1.34, 1.34],
};
const tiedHeads: Course = {
  trainLoss: [4.78, 1.9, 0.9, 0.65, 0.58, 0.56],
  validationLoss: [4.8, 2, 1, 0.75, 0.68, 0.64],
  accuracyAt1: [0.04, 0.26, 0.4, 0.43, 0.42, 0.39],
  twinShare: [0.07, 0.23, 0.47, 0.48, 0.51, 0.54],
};
const tooSlow: Course = {
  trainLoss: [4.65, 4.3, 3.8, 3.2, 2.6, 2.2],
  validationLoss: [4.62, 4.4, 4, 3.4, 2.8, 2.48],
  accuracyAt1: [0.01, 0.02, 0.05, 0.1, 0.15, 0.2],
};

/** Presets, what they measured, and the findings that it should bring. */
const recorded: readonly [preset: string, course: Course, findings: readonly string[]][] = [
  ['healthy', healthy, []],
  ['dropout-cures', dropoutCures, []],
  ['curriculum', curriculum, []],
  ['overfitting', overfitting, ['overfitting']],
  ['hard-negatives-collapse', collapse, ['representation-collapse']],
  ['easy-negatives', easyNegatives, ['easy-negatives']],
  ['tied-heads', tiedHeads, ['twin-confusion']],
  ['learning-rate-low', tooSlow, ['underfitting']],
];

describe('findings', () => {
  it.each(recorded)('on %s', (id, course, expected) => {
    expect(idsOf(watch(preset(id), course))).toEqual(expected);
  });

  it('come when it is sure, not before', () => {
    const steps = Object.fromEntries(watch(preset('overfitting'), overfitting).map(({ id, step }) => [id, step]));
    expect(steps['overfitting']).toBe((5 / 8) * 600);
    expect(watch(preset('learning-rate-low'), tooSlow)[0]!.step).toBe(400);
    const oneDip = { ...healthy, twinShare: [0, 0, 0.4, 0, 0, 0.4, 0, 0, 0] };
    expect(idsOf(watch(preset('healthy'), oneDip))).toEqual([]);
  });

  it('judge underfitting where early stopping ends a run', () => {
    const stalls = { ...tooSlow, accuracyAt1: [0.01, 0.02, 0.05, 0.05, 0.04, 0.05] };
    const stepsOf = (course: Course, earlyStopPatience: number): readonly number[] =>
      watch(preset('learning-rate-low', { earlyStopPatience }), course).map(({ step }) => step);
    expect(stepsOf(stalls, 2)).toEqual([(4 / 5) * 400]);
    expect(stepsOf(stalls, 0)).toEqual([400]);
    expect(stepsOf(tooSlow, 2)).toEqual([400]);
    expect(idsOf(watch(preset('overfitting', { earlyStopPatience: 2 }), overfitting))).toEqual(['overfitting']);
  });

  it('name a step that is not finite', () => {
    const watcher = new FindingWatcher(biencoder.detectors, preset('healthy'), 1);
    expect(idsOf(watcher.observe(7, (metric) => (metric === 'batchLoss' ? Infinity : NaN)))).toEqual(['not-finite']);
  });

  it('offer changes that are right for the config, and words that fill in their evidence', () => {
    let fixes = 0;
    for (const { id } of biencoder.presets) {
      const config = preset(id);
      for (const detector of biencoder.detectors) {
        const change = detector.fix?.(config)?.change ?? {};
        expect(configure(biencoder, { preset: id, values: change }).problems).toEqual([]);
        const changes = Object.entries(change);
        if (changes.length === 0) continue;
        fixes++;
        expect(changes.filter(([key, value]) => config[key] !== value), detector.id).not.toEqual([]);
      }
    }
    expect(fixes).toBeGreaterThan(biencoder.presets.length);
    const told = new Set<string>();
    for (const [id, course] of recorded) {
      for (const finding of watch(preset(id), course)) {
        told.add(finding.id);
        for (const language of languages) {
          const evidence = message(language, `finding.${finding.id}.evidence`, evidenceValues(finding.evidence), 'biencoder');
          expect(hasMessage(language, `finding.${finding.id}.evidence`, 'biencoder')).toBe(true);
          expect(evidence).not.toMatch(/[{}]/);
        }
      }
    }
    expect(told.size).toBeGreaterThan(3);
  });

  const hardestLate = { negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1 };
  it.each<[finding: string, preset: string, cure: Config]>([
    ['overfitting', 'overfitting', { dropout: 0.2 }],
    ['underfitting', 'learning-rate-low', { learningRate: 0.01 }],
    ['underfitting', 'too-much-dropout', { dropout: 0.2 }],
    ['representation-collapse', 'hard-negatives-collapse', hardestLate],
    ['easy-negatives', 'easy-negatives', hardestLate],
    ['twin-confusion', 'tied-heads', { tiedHeads: false }],
    ['not-finite', 'learning-rate-high', { learningRate: 0.01 }],
  ])('offer what cures %s on %s', (finding, id, cure) => {
    const { fix } = biencoder.detectors.find((detector) => detector.id === finding)!;
    expect(fix!(preset(id))?.change).toEqual(cure);
  });
});

describe('sentences in words', () => {
  it('have a word of their own for every token, in both languages', () => {
    for (const language of languages) {
      const words = wordsOf(language);
      expect(words).toHaveLength(vocabularySize);
      expect(new Set(words).size).toBe(vocabularySize);
    }
    const tokens = [...wordsOf('en').keys()].slice(1);
    const count = (role: string): number => tokens.filter((token) => roleOf(token) === role).length;
    expect(['topic', 'aspect', 'stance', 'filler'].map(count)).toEqual([24, 18, 8, 40]);
  });

  it('mean a topic, an aspect and a stance, and stand to each other by them', () => {
    for (let meaning = 0; meaning < meanings; meaning++) {
      expect(meaningOf(topicOf(meaning), aspectOf(meaning), stanceOf(meaning))).toBe(meaning);
      expect(counterOf(counterOf(meaning))).toBe(meaning);
      const relations = Array.from({ length: meanings }, (_, document) => relationOf(meaning, document));
      const count = (each: string): number => relations.filter((relation) => relation === each).length;
      expect(['right', 'twin', 'aspect', 'topic'].map(count)).toEqual([1, 1, 10, 84]);
    }
  });
});

describe('the config', () => {
  it('brings each tower its learning rate', () => {
    expect(configure(biencoder, { values: { tower: 'transformer' } }).config['learningRate']).toBe(3e-3);
    expect(configure(biencoder, { preset: 'healthy', values: {} }).config['learningRate']).toBe(1e-2);
  });

  it('holds a batch within the training pairs', () => {
    const { config, problems } = configure(biencoder, { preset: 'healthy', values: { trainingPairs: 40, batchSize: 64 } });
    expect(config['batchSize']).toBe(40);
    expect(problems).toMatchObject([{ key: 'batchSize', reason: 'out-of-range' }]);
  });
});
