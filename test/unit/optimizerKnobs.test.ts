import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { labs } from '../../src/core/labs/index.js';
import { applying, type Config } from '../../src/core/parameters.js';
import { Population } from '../../workers/labs/population.js';
import { learningRateMultiplier, type ScheduleKnobs } from '../../workers/optimizer/learningRate.js';

const configOf = (change: Config = {}): GrpoConfig => grpoConfig({ ...defaultConfig(grpo), ...change });

describe('the optimiser of the GRPO lab', () => {
  it('has PyTorch’s constants by default', () => {
    const { beta1, beta2, epsilon } = new Population(configOf()).optimizer(1, 100);
    expect([beta1, beta2, epsilon]).toEqual([0.9, 0.999, 1e-8]);
  });

  it('reads its betas and epsilon from the config, also after a live change', () => {
    const population = new Population(configOf({ beta1: 0.8 })).withConfig(configOf({ beta1: 0.5, beta2: 0.95, epsilon: 1e-3 }));
    expect(population.optimizer(1, 100)).toMatchObject({ beta1: 0.5, beta2: 0.95, epsilon: 1e-3 });
    // What a trainer gives comes first.
    expect(population.optimizer(1, 100, { beta2: 0.98 }).beta2).toBe(0.98);
  });

  it('reads the numbers of its schedule from the config', () => {
    const rates = (change: Config): number[] =>
      [5, 50, 90, 95, 100].map((step) => new Population(configOf({ learningRate: 1e-3, warmupSteps: 10, ...change })).optimizer(step, 100).learningRate[0]! * 1e3);
    const expected = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 10));
    expect(rates({ schedule: 'warmup-stable-decay', decaySteps: 10 })).toEqual(expected([0.5, 1, 1, 0.5, 0]));
    expect(rates({ schedule: 'warmup-stable-decay', decaySteps: 10, minLearningRateRatio: 0.2 })).toEqual(expected([0.5, 1, 1, 0.6, 0.2]));
    expect(rates({ schedule: 'cosine-restarts', restarts: 9, minLearningRateRatio: 0.2 })).toEqual(expected([0.5, 1, 1, 0.6, 0.2]));
    expect(rates({ schedule: 'inverse-sqrt', minLearningRateRatio: 0.5 })).toEqual(expected([0.5, Math.sqrt(10 / 50), Math.sqrt(10 / 90), Math.sqrt(10 / 95), Math.sqrt(0.1)]));
  });

  it('says which numbers a schedule does not use, and shows no others', () => {
    const used = (schedule: string): string[] => {
      const config = configOf({ schedule });
      return applying(grpo.parameters, config).filter((parameter) => !parameter.inert?.(config)).map(({ key }) => key)
        .filter((key) => ['minLearningRateRatio', 'decaySteps', 'restarts'].includes(key));
    };
    expect(used('constant')).toEqual([]);
    expect(used('cosine')).toEqual(['minLearningRateRatio']);
    expect(used('inverse-sqrt')).toEqual([]);
    expect(used('cosine-restarts')).toEqual(['minLearningRateRatio', 'restarts']);
    expect(used('warmup-stable-decay')).toEqual(['minLearningRateRatio', 'decaySteps']);
  });
});

it('every lab that asks for an inverse square root, or any other schedule, has numbers for it', () => {
  for (const lab of labs) {
    const schedule = lab.parameters.find(({ key }) => key === 'schedule');
    const options = schedule?.kind === 'choice' ? schedule.options : [];
    const keys = lab.parameters.map(({ key }) => key);
    expect(options.includes('warmup-stable-decay'), lab.id).toBe(keys.includes('decaySteps'));
    expect(options.includes('cosine-restarts'), lab.id).toBe(keys.includes('restarts'));
  }
});

describe('a schedule', () => {
  const common = { totalSteps: 120, warmupSteps: 20, minRatio: 0.1 } as const;
  const all = Array.from({ length: 121 }, (_, step) => step);
  const rates = (knobs: Pick<ScheduleKnobs, 'kind' | 'decaySteps' | 'restarts'>): number[] => all.map((step) => learningRateMultiplier({ ...common, ...knobs }, step));

  it('with one restart, or one decay after the warm-up, is the cosine, bit for bit', () => {
    expect(rates({ kind: 'cosine-restarts', restarts: 1 })).toEqual(rates({ kind: 'cosine' }));
    expect(rates({ kind: 'warmup-stable-decay', decaySteps: 100 })).toEqual(rates({ kind: 'cosine' }));
  });

  it('begins part of the way down where the decay is longer than what follows the warm-up', () => {
    const [before, after] = [19, 20].map((step) => rates({ kind: 'warmup-stable-decay', decaySteps: 200 })[step]!);
    expect(before).toBeCloseTo(0.95, 10);
    expect(after).toBeCloseTo(0.1 + 0.9 * 0.5, 10);
  });

  it('keeps the rate for some 10,000 steps as an inverse square root without warm-up', () => {
    expect(learningRateMultiplier({ ...common, kind: 'inverse-sqrt', warmupSteps: 0 }, 120)).toBeGreaterThan(0.99);
  });
});
