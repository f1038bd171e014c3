import { pairsPerStep, type RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import type { Rehearsal, Engine, EngineId } from '../../engines/engine.js';
import { startSnapshot } from '../../engines/learner.js';
import { learnerBytes } from '../learnerBytes.js';
import type { Population } from '../population.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import { loadWarmStart } from '../warmStart.js';
import { baseName, trainBases } from './base.js';
import { baseLayout, initialiseBase, RewardModel } from './model.js';
import { RewardTrainer, type RewardCheckpoint } from './trainer.js';

/** A run ready for its first step: from a checkpoint or the shipped bases, which are trained here where they are missing. */
export async function prepareRewardModel(options: PrepareOptions<RewardModelConfig>): Promise<Trainer> {
  const { population, engine, note } = options;
  const { config, seeds } = population;
  if (options.from) {
    const from = options.from as RewardCheckpoint;
    const model = new RewardModel(config, from.base);
    const { replicas, parameters } = from.learner;
    if (replicas === population.size && parameters.length === replicas * model.layout.size) {
      return new RewardTrainer(population, model, engine.createLearner(model.layout, from.learner), from);
    }
    note({ id: 'note.weightsNotKept' });
  }
  const shipped = await loadWarmStart(baseName, baseLayout.size, seeds, options);
  const base = shipped ?? (await trainBases(engine, seeds, options.onWarmStart));
  const model = new RewardModel(config, base);
  const learner = engine.createLearner(model.layout, startSnapshot(model.layout, model.start(seeds)));
  return new RewardTrainer(population, model, learner);
}

/** Steps of a config's shape on an untrained base. */
export function rehearseRewardModel(population: Population<RewardModelConfig>, engine: Engine): Rehearsal {
  const { config, seeds } = population;
  const model = new RewardModel(config, initialiseBase(baseLayout, seeds));
  const learner = engine.createLearner(model.layout, startSnapshot(model.layout, model.start(seeds)));
  const trainer = new RewardTrainer(population, model, learner);
  const shaping = ['adapter', 'rank', 'batchSize', 'gradientAccumulation', 'trainingPairs', 'steps', 'epochs'] as const;
  return {
    key: JSON.stringify(['reward-model', population.size, ...shaping.map((key) => config[key])]),
    train: async () => {
      await trainer.train();
    },
    dispose: () => trainer.dispose(),
  };
}

/** What a step needs: about 4,000 numbers a pair, or 6,000 and 50 for each rank of adapters; measured at ranks 8 and 32. */
export function rewardModelBytes({ config, size }: Population<RewardModelConfig>, engine: EngineId): number {
  const numbers = config.adapter === 'full' ? 4000 : 6000 + 50 * config.rank;
  return learnerBytes(size * pairsPerStep(config) * numbers, engine);
}
