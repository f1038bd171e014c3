import type { BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import type { Rehearsal, Engine } from '../../engines/engine.js';
import { startSnapshot } from '../../engines/learner.js';
import type { Population } from '../population.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
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
