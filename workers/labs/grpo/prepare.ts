import { numberOf, textOf, type Config } from '../../../src/core/parameters.js';
import type { Rehearsal, Engine } from '../../engines/engine.js';
import { initialiseTransformer } from '../../model/initialise.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { PolicySnapshot } from '../../engines/policy.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import type { Population } from '../population.js';
import { loadWarmStart } from '../warmStart.js';
import { findTask } from './tasks/index.js';
import type { Task } from './tasks/task.js';
import { GrpoTrainer, type GrpoCheckpoint } from './trainer.js';
import { taskShape, trainWarmStart } from './warmStart.js';

/** The size of the shipped models. */
export const shippedSize = { width: 32, layers: 2, heads: 2 };

/** A GRPO run ready for its first step: from a checkpoint, a shipped warm start, or one trained here. */
export async function prepareGrpo(options: PrepareOptions): Promise<Trainer> {
  const { population, engine, note } = options;
  const { config, seeds } = population;
  const task = findTask(config);
  const shape = policyShape(config, task);
  // While the weights load; the policy's own wait for it tells of a failure.
  engine.prewarm?.(shape).catch(() => undefined);
  if (options.from) {
    const from = options.from as GrpoCheckpoint;
    if (continues(from.policy, shape, seeds.length)) {
      return new GrpoTrainer(population, task, engine.createPolicy(shape, from.policy, note), from);
    }
    note({ id: 'note.weightsNotKept' });
  }
  const file = textOf(config, 'warmStart');
  const weights = file === 'train' ? undefined : await loadWarmStart(file, transformerLayout(shape).size, seeds, options);
  const policy = engine.createPolicy(shape, weights ?? initialiseTransformer(shape, seeds), note);
  if (!weights) {
    try {
      await trainWarmStart(policy, {
        task,
        seeds,
        dropout: numberOf(config, 'warmStartDropout'),
        labelSmoothing: numberOf(config, 'warmStartLabelSmoothing'),
        onProgress: options.onWarmStart,
      });
    } catch (error) {
      policy.dispose();
      throw error;
    }
    policy.startOver();
  }
  return new GrpoTrainer(population, task, policy);
}

/** GRPO steps of a config's shape from untrained weights, whose responses are as long as they can be. */
export function rehearseGrpo(population: Population, engine: Engine): Rehearsal {
  const { config } = population;
  const task = findTask(config);
  const shape = policyShape(config, task);
  const policy = engine.createPolicy(shape, initialiseTransformer(shape, population.seeds));
  const trainer = new GrpoTrainer(population, task, policy);
  const shaping = ['task', 'promptsPerStep', 'rolloutN', 'maxResponseLength', 'innerEpochs'];
  return {
    key: JSON.stringify([shape, population.size, ...shaping.map((key) => config[key])]),
    train: async () => {
      await trainer.train();
    },
    dispose: () => trainer.dispose(),
  };
}

/** The model of a config: the shipped size, or the one chosen where the warm start is trained. */
export function policyShape(config: Config, task: Task): TransformerShape {
  if (textOf(config, 'warmStart') !== 'train') return taskShape(task, shippedSize);
  const size = (key: string): number => numberOf(config, key);
  return taskShape(task, { width: size('width'), layers: size('layers'), heads: size('heads') });
}

/** Whether a run of this shape can go on from a snapshot. */
function continues(snapshot: PolicySnapshot, shape: TransformerShape, replicas: number): boolean {
  return (
    snapshot.replicas === replicas &&
    (Object.keys(shape) as (keyof TransformerShape)[]).every((key) => snapshot.shape[key] === shape[key])
  );
}
