import type { BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import { sentenceLength } from '../../../src/core/labs/biencoder/grammar.js';
import type { Rehearsal, Engine, EngineId } from '../../engines/engine.js';
import { startSnapshot } from '../../engines/learner.js';
import { learnerBytes } from '../learnerBytes.js';
import type { Population } from '../population.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import { evaluatedPairs } from './evaluation.js';
import { initialiseModel, modelLayout, modelShape } from './model.js';
import { BiencoderTrainer, type BiencoderCheckpoint } from './trainer.js';

/** A bi-encoder run ready for its first step, or for the one after a checkpoint. */
export async function prepareBiencoder({ population, engine, from, note }: PrepareOptions<BiencoderConfig>): Promise<Trainer> {
  const shape = modelShape(population.config);
  const layout = modelLayout(shape);
  const checkpoint = from as BiencoderCheckpoint | undefined;
  if (checkpoint) {
    const { replicas, parameters } = checkpoint.learner;
    if (replicas === population.size && parameters.length === replicas * layout.size) {
      return new BiencoderTrainer(population, shape, engine.createLearner(layout, checkpoint.learner), note, checkpoint);
    }
    note({ id: 'note.weightsNotKept' });
  }
  const learner = engine.createLearner(layout, startSnapshot(layout, initialiseModel(shape, population.seeds)));
  return new BiencoderTrainer(population, shape, learner, note);
}

/** Steps of a config's shape from untrained weights. */
export function rehearseBiencoder(population: Population<BiencoderConfig>, engine: Engine): Rehearsal {
  const { config } = population;
  const shape = modelShape(config);
  const layout = modelLayout(shape);
  const learner = engine.createLearner(layout, startSnapshot(layout, initialiseModel(shape, population.seeds)));
  const trainer = new BiencoderTrainer(population, shape, learner, () => undefined);
  const shaping = ['loss', 'batchSize', 'symmetric', 'negatives', 'distance'] as const;
  return {
    key: JSON.stringify([shape, population.size, ...shaping.map((key) => config[key])]),
    train: async () => {
      await trainer.train();
    },
    dispose: () => trainer.dispose(),
  };
}

/**
 * What a step and an evaluation need of a transformer tower: about 110 numbers a token and unit of width with gradients, 40
 * without, measured at widths 32 and 64 with 2 and 8 replicas; a sentence of the other tower is one token of it.
 */
export function biencoderBytes({ config, size }: Population<BiencoderConfig>, engine: EngineId): number {
  const tokens = 3 * (config.tower === 'transformer' ? sentenceLength : 1);
  const kept = Math.max(110 * config.batchSize, 40 * evaluatedPairs);
  return learnerBytes(size * tokens * kept * config.width, engine);
}
