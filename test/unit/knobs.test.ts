import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { tellingKnobs } from '../../src/core/labs/tellingKnobs.js';
import { hasMessage, loadLanguage, message } from '../../src/core/messages/messages.js';
import { knobText, matches } from '../../src/core/run/search.js';

await Promise.all(labs.flatMap(({ id }) => [loadLanguage('en', id), loadLanguage('zh', id)]));

const labOf = (id: string): Lab => labs.find((lab) => lab.id === id)!;
const telling = (lab: string, preset: string): string[] =>
  tellingKnobs(labOf(lab), labOf(lab).presets.find(({ id }) => id === preset)!).map(({ key }) => key);

describe('the knobs that a preset is about', () => {
  test('are those in which it differs from the healthy one', () => {
    expect(telling('grpo', 'entropy-collapse')).toEqual(['learningRate', 'klCoefficient']);
    expect(telling('grpo', 'clipping-off')).toEqual(expect.arrayContaining(['innerEpochs', 'clipping']));
    expect(telling('grpo', 'vqa-answer-only')).toEqual(['answer', 'format', 'plane', 'modality', 'caption'].map((name) => `rewardWeights.${name}`));
    expect(telling('biencoder', 'overfitting')).toEqual(expect.arrayContaining(['trainingPairs', 'dropout']));
    expect(telling('reward-model', 'one-epoch')).toEqual(['epochs']);
    expect(telling('pointer', 'v3-higher-lr')).toEqual(['learningRate']);
  });

  test('are of a healthy one those that others turn', () => {
    expect(telling('grpo', 'tool-choice-healthy')).toEqual(['learningRate', 'klCoefficient']);
    expect(telling('grpo', 'healthy')).toContain('learningRate');
    expect(telling('biencoder', 'healthy')).toEqual(expect.arrayContaining(['loss', 'dropout', 'trainingPairs']));
    expect(telling('pointer', 'v2')).toEqual(['learningRate']);
  });

  test('are a few that have an effect, in every preset', () => {
    for (const lab of labs) {
      for (const preset of lab.presets) {
        const knobs = tellingKnobs(lab, preset);
        const config = presetConfig(lab, preset);
        expect(knobs.length, `${lab.id} ${preset.id}`).toBeGreaterThan(0);
        expect(knobs.length, `${lab.id} ${preset.id}`).toBeLessThanOrEqual(7);
        expect(knobs.filter(({ applies, inert }) => applies?.(config) === false || inert?.(config) !== undefined)).toEqual([]);
      }
    }
  });
});

describe('a knob is found', () => {
  const found = (lab: string, query: string, language: 'en' | 'zh' = 'en'): string[] =>
    labOf(lab).parameters
      .filter((parameter) => matches(knobText(parameter, (id) => (hasMessage(language, id, lab) ? message(language, id, {}, lab) : undefined)), query))
      .map(({ key }) => key);

  test('by its name here, in either language, and by its key', () => {
    expect(found('grpo', 'kl coefficient')).toContain('klCoefficient');
    expect(found('grpo', '学习率', 'zh')).toContain('learningRate');
    expect(found('grpo', 'rolloutN')).toEqual(['rolloutN']);
  });

  test('by its names in frameworks', () => {
    expect(found('grpo', 'actor_rollout_ref.actor.optim.lr ')).toContain('learningRate');
    expect(found('grpo', 'TRL learning_rate')).toContain('learningRate');
    expect(found('grpo', '--lr_scheduler_type')).toEqual(['schedule']);
    expect(found('biencoder', 'sentence-transformers max_steps')).toEqual(['steps']);
  });

  test('by what else people call it', () => {
    expect(found('grpo', 'group size')).toEqual(['rolloutN']);
    expect(found('grpo', 'max_tokens')).toEqual(['maxResponseLength']);
    expect(found('grpo', 'cliprange')).toEqual(['clipLow', 'clipHigh']);
    for (const { id } of labs) expect(found(id, 'seeds'), id).toContain('replicas');
  });

  test('by its options, and not by what it has not', () => {
    expect(found('grpo', 'seq-mean-token-sum-norm')).toEqual(['aggregation']);
    expect(found('grpo', 'cosine')).toEqual(['schedule']);
    expect(found('grpo', 'learning seq-mean')).toEqual([]);
  });
});

describe('the healthy learning rate', () => {
  test('is that of the presets that learn, and right for every config', () => {
    for (const lab of labs) {
      const learning = lab.parameters.find(({ key }) => key === 'learningRate')!;
      for (const preset of lab.presets) {
        const rate = lab.healthyRun(presetConfig(lab, preset)).learningRate;
        expect(learning.kind === 'number' && rate >= learning.min && rate <= learning.max, `${lab.id} ${preset.id}`).toBe(true);
      }
    }
    for (const [lab, preset] of [['grpo', 'tool-choice-healthy'], ['grpo', 'healthy'], ['grpo', 'thinking-grows'], ['biencoder', 'healthy'], ['reward-model', 'healthy'], ['pointer', 'v2']] as const) {
      const config = presetConfig(labOf(lab), labOf(lab).presets.find(({ id }) => id === preset)!);
      expect(labOf(lab).healthyRun(config).learningRate, `${lab} ${preset}`).toBe(config.learningRate);
    }
  });
});
