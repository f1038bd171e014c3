import { trainingQueries } from '../../../src/core/labs/pointer/parameters.js';
import type { Learner } from '../../engines/learner.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { DataOrder } from '../dataOrder.js';
import type { PrepareOptions } from '../trainer.js';
import { crossEntropyLoss } from './crossEntropy.js';
import type { Examples } from './examples.js';
import type { PointerShape } from './model.js';

/** How the checkpoint is trained that a run can start from: as the preset `v2`. */
const recipe = {
  learningRate: 3e-3, batchSize: 64, epochs: 20, dropout: 0.5, attentionDropout: 0.1, weightDecay: 0.01, maxGradNorm: 1,
} as const;
/** Keeps its order and its dropout apart from those of the run's own epochs and steps. */
const firstEpoch = 0x100000;
const firstDropoutStep = 0x40000000;

/** Supervised training of fresh selectors, a replica each. */
export async function trainCheckpoint(
  learner: Learner,
  shape: PointerShape,
  examples: readonly Examples[],
  seeds: PerReplica,
  onProgress: PrepareOptions['onWarmStart'],
): Promise<void> {
  const each = (value: number): number[] => seeds.map(() => value);
  const orders = seeds.map((seed) => new DataOrder(seed, trainingQueries));
  const steps = (recipe.epochs * trainingQueries) / recipe.batchSize;
  for (let step = 1; step <= steps; step++) {
    const start = firstEpoch * trainingQueries + (step - 1) * recipe.batchSize;
    const rows = orders.map((order) => Array.from({ length: recipe.batchSize }, (_, i) => order.at(start + i)));
    const loss = crossEntropyLoss(shape, examples, rows, {
      rewards: undefined,
      labelSmoothing: each(0),
      dropout: { activations: each(recipe.dropout), attention: each(recipe.attentionDropout) },
    });
    const optimizer = {
      learningRate: each(recipe.learningRate),
      weightDecay: each(recipe.weightDecay),
      maxGradNorm: each(recipe.maxGradNorm),
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    };
    const updated = await learner.update(loss, optimizer, { seeds, step: firstDropoutStep + step });
    await onProgress({ step, steps, loss: updated.loss.reduce((sum, value) => sum + value, 0) / seeds.length });
  }
}
