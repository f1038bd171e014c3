import { RandomSequence, streams } from '../../../src/core/random.js';
import type { TransformerShape } from '../../engines/layout.js';
import type { Policy, SupervisedUpdate } from '../../engines/policy.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { learningRateMultiplier } from '../../optimizer/learningRate.js';
import type { WarmStartProgress } from '../warmStart.js';
import type { Task } from './tasks/task.js';

const batchSize = 64;
const peakLearningRate = 3e-3;
const schedule = { kind: 'cosine', warmupSteps: 30, minRatio: 0.05 } as const;
/** Keeps the dropout draws of the warm start apart from those of the run's own steps. */
const firstDropoutStep = 0x40000000;

/** The model of a task, for the width, layers and heads asked for. */
export function taskShape(task: Task, size: { width: number; layers: number; heads: number }): TransformerShape {
  return {
    vocabulary: task.vocabulary.length,
    context: task.promptLength + task.maxResponseLength,
    ...size,
    mlpRatio: 4,
    causal: true,
    unembedding: true,
  };
}

export interface WarmStartOptions {
  readonly task: Task;
  readonly seeds: PerReplica;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly onProgress: (progress: WarmStartProgress) => Promise<void>;
}

/**
 * Supervised training of a fresh policy on noisy demonstrations, the loss on response tokens alone: Adam (.9, .99),
 * 30 steps of warm-up, cosine to 5 %, clipped at norm 1.
 */
export async function trainWarmStart(policy: Policy, options: WarmStartOptions): Promise<void> {
  const { task, seeds } = options;
  const steps = task.warmStartSteps;
  const each = (value: number): number[] => seeds.map(() => value);
  for (let step = 1; step <= steps; step++) {
    const losses = await policy.supervise({
      ...demonstrations(task, seeds, step),
      labelSmoothing: each(options.labelSmoothing),
      optimizer: {
        learningRate: each(peakLearningRate * learningRateMultiplier({ ...schedule, totalSteps: steps }, step)),
        weightDecay: each(0),
        maxGradNorm: each(1),
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
      },
      dropout: { rates: each(options.dropout), seeds, step: firstDropoutStep + step },
    });
    await options.onProgress({ step, steps, loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length });
  }
}

/** A batch of demonstrations, of which the response's tokens are learned. */
function demonstrations(
  task: Task,
  seeds: PerReplica,
  step: number,
): Pick<SupervisedUpdate, 'tokens' | 'length' | 'mask' | 'labels'> {
  const length = task.promptLength + task.maxResponseLength - 1;
  const tokens = new Int32Array(seeds.length * batchSize * length);
  const labels = new Int32Array(tokens.length);
  const mask = new Float32Array(tokens.length);
  seeds.forEach((seed, replica) => {
    const random = new RandomSequence(seed, streams.demonstrations, step);
    for (let i = 0; i < batchSize; i++) {
      const sequence = task.demonstration(random);
      const row = (replica * batchSize + i) * length;
      tokens.set(sequence.subarray(0, length), row);
      labels.set(sequence.subarray(1), row);
      for (let t = task.promptLength - 1; t < length; t++) mask[row + t] = labels[row + t] === task.padding ? 0 : 1;
    }
  });
  return { tokens, length, mask, labels };
}
