import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Rehearsal, Engine, EngineId } from '../../engines/engine.js';
import { initialiseTransformer } from '../../model/initialise.js';
import { transformerLayout, type TransformerShape } from '../../engines/layout.js';
import type { PolicySnapshot } from '../../engines/policy.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import { Population } from '../population.js';
import { loadWarmStart, warmStartPath } from '../warmStart.js';
import { findTask } from './tasks/index.js';
import type { Task } from './tasks/task.js';
import { GrpoTrainer, type GrpoCheckpoint } from './trainer.js';
import { taskShape, trainWarmStart } from './warmStart.js';

/** The size of the shipped models. */
export const shippedSize = { width: 32, layers: 2, heads: 2 };

/** A GRPO run ready for its first step: from a checkpoint, a shipped warm start, or one trained here. */
export async function prepareGrpo(options: PrepareOptions<GrpoConfig>): Promise<Trainer> {
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
  const file = config.warmStart;
  const weights = file === 'train' ? undefined : await loadWarmStart(file, transformerLayout(shape).size, seeds, options);
  const policy = engine.createPolicy(shape, weights ?? initialiseTransformer(shape, seeds), note);
  if (!weights) {
    try {
      await trainWarmStart(policy, {
        task,
        seeds,
        dropout: config.warmStartDropout,
        labelSmoothing: config.warmStartLabelSmoothing,
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

/** The shipped warm start of a config, if it begins with one. */
export function grpoFiles({ warmStart }: GrpoConfig): readonly string[] {
  return warmStart === 'train' ? [] : [warmStartPath(warmStart)];
}

/**
 * What a step's gradient needs on the reference engines, which hold all activations of all sequences at once: measured
 * peaks are 26 to 29 KB a token at width 32 and 2 layers (512 sequences of `running-sum` 370 MB, 2,048 of `tool-choice`
 * 700 MB, tfjs-wasm in Node). The kernels' memory has a fixed size, some tens of MB a worker.
 */
export function grpoBytes({ config, size }: Population<GrpoConfig>, engine: EngineId): number {
  if (!engine.startsWith('reference-')) return 0;
  const task = findTask(config);
  const { context, width, layers } = policyShape(config, task);
  const sequences = size * config.promptsPerStep * config.rolloutN;
  return 4 * 110 * width * layers * context * sequences;
}

/** So much of a KL loss changes no time but that of the tokens that would have no loss without it. */
const rehearsedKl = 1e-3;

/**
 * GRPO steps of a config's shape from untrained weights, whose responses are as long as they can be. Where these earn
 * nothing their groups are dead: with a KL loss the steps are whole ones all the same, also on an engine that leaves
 * tokens without a loss out of its backward pass.
 */
export function rehearseGrpo(own: Population<GrpoConfig>, engine: Engine): Rehearsal {
  const { config } = own;
  const firstOfArms = own.replicas.filter((_, i) => i % config.replicas === 0);
  const arms = firstOfArms.map((arm) => ({ ...arm.config, klCoefficient: Math.max(arm.config.klCoefficient, rehearsedKl) }));
  const population = new Population(config, arms);
  const task = findTask(config);
  const shape = policyShape(config, task);
  const policy = engine.createPolicy(shape, initialiseTransformer(shape, population.seeds));
  const trainer = new GrpoTrainer(population, task, policy);
  const shaping = ['task', 'promptsPerStep', 'rolloutN', 'maxResponseLength', 'innerEpochs', 'filterGroups', 'maxGenerationBatches'] as const;
  return {
    // With dropout nothing is shared between sequences.
    key: JSON.stringify([shape, population.size, population.knob('dropout').some((rate) => rate > 0), ...shaping.map((key) => config[key])]),
    train: async () => {
      await trainer.train();
    },
    dispose: () => trainer.dispose(),
  };
}

/** The model of a config: the shipped size, or the one chosen where the warm start is trained. */
export function policyShape({ warmStart, width, layers, heads }: GrpoConfig, task: Task): TransformerShape {
  return taskShape(task, warmStart === 'train' ? { width, layers, heads } : shippedSize);
}

/** Whether a run of this shape can go on from a snapshot. */
function continues(snapshot: PolicySnapshot, shape: TransformerShape, replicas: number): boolean {
  return (
    snapshot.replicas === replicas &&
    (Object.keys(shape) as (keyof TransformerShape)[]).every((key) => snapshot.shape[key] === shape[key])
  );
}
