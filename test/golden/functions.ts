import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import {
  type Aggregation, type GrpoKnob, grpoScalars, type KlEstimator, type PolicyLossKind, type RolloutCorrection, singledOutTokens,
} from '../../workers/engines/grpoStep.js';
import { crossEntropy } from '../../workers/engines/reference/crossEntropy.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import { ReferenceLearner } from '../../workers/engines/reference/referenceLearner.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { adamW, startAdamW } from '../../workers/engines/reference/adamW.js';
import { learningRateMultiplier, type Schedule } from '../../workers/optimizer/learningRate.js';
import { grpoLoss } from '../../workers/engines/reference/grpoLoss.js';
import { estimateAdvantages, liveGroups, type AdvantageOptions, type GroupedRewards } from '../../workers/labs/grpo/estimators.js';
import { klEstimate } from '../../workers/engines/reference/klEstimate.js';
import { aggregate, policyLoss } from '../../workers/engines/reference/policyLoss.js';
import { rolloutCorrection } from '../../workers/engines/reference/rolloutCorrection.js';
import { samplingDistribution } from '../../workers/engines/reference/samplingDistribution.js';
import { tokenLogProbs } from '../../workers/engines/reference/tokenLogProbs.js';
import { knobIn, knobsOf } from '../kernels/cases.js';
import type { Compute, Inputs, Outputs } from './compute.js';
import { learnerFunctions } from './learnerFunctions.js';

const number = (inputs: Inputs, key: string): number => inputs[key] as number;
const numbers = (replicas: readonly Inputs[], key: string): number[] => replicas.map((inputs) => number(inputs, key));
const policyLossOf = (inputs: Inputs): PolicyLossKind => (inputs['policyLoss'] as PolicyLossKind | undefined) ?? 'clip';
const lossKnobs = (replicas: readonly Inputs[]): Record<GrpoKnob, number[]> => knobsOf((name) => replicas.map((inputs) => knobIn(inputs, name)));
/** `[R, …]` from each replica's array. */
const stacked = <T extends tf.Tensor>(replicas: readonly Inputs[], key: string, dtype: 'float32' | 'int32' = 'float32'): T =>
  tf.tensor(replicas.map((inputs) => inputs[key]) as number[][], undefined, dtype) as T;
// Asynchronous, because WebGPU reads nothing back synchronously.
const rows = async (tensor: tf.Tensor): Promise<unknown[]> => (await tensor.array()) as unknown[];
/** One object a replica from arrays over replicas. */
const unstack = async (replicas: readonly Inputs[], outputs: Readonly<Record<string, tf.Tensor>>): Promise<Outputs[]> => {
  const named = Object.entries(outputs);
  const arrays = await Promise.all(named.map(async ([key, tensor]) => [key, await rows(tensor)] as const));
  return replicas.map((_, r) => Object.fromEntries(arrays.map(([key, values]) => [key, values[r]])));
};

export const functions: Readonly<Record<string, Compute>> = {
  learningRateMultiplier: (replicas) =>
    replicas.map((inputs) => ({
      multipliers: (inputs['steps'] as number[]).map((step) =>
        learningRateMultiplier(
          {
            kind: inputs['kind'] as Schedule,
            totalSteps: number(inputs, 'totalSteps'),
            warmupSteps: number(inputs, 'warmupSteps'),
            minRatio: number(inputs, 'minRatio'),
            decaySteps: inputs['decaySteps'] as number | undefined,
            restarts: inputs['restarts'] as number | undefined,
          },
          step,
        ),
      ),
    })),

  groupAdvantages: (replicas) =>
    replicas.map((inputs) => {
      const rewards = inputs['rewards'] as number[][];
      const n = rewards[0]!.length;
      const flat = (key: string): Float64Array => Float64Array.from((inputs[key] as number[][]).flat());
      const weights = (inputs['weights'] ?? []) as number[];
      const components = (inputs['components'] ?? []) as number[][][];
      const batch: GroupedRewards = {
        n,
        rewards: flat('rewards'),
        lengths: 'lengths' in inputs ? flat('lengths') : [],
        components: components.map((values, k) => ({ weight: weights[k]!, values: Float64Array.from(values.flat()) })),
      };
      const estimator = (inputs['estimator'] ?? 'grpo') as AdvantageOptions['estimator'];
      const scale = inputs['scale'] as AdvantageOptions['scale'];
      const result = estimateAdvantages(batch, { estimator, scale, floor: number(inputs, 'epsilon') });
      const live = liveGroups(batch, estimator);
      return {
        advantages: rewards.map((_, group) => [...result.subarray(group * n, (group + 1) * n)]),
        deadGroupFraction: live.filter((lives) => !lives).length / live.length,
      };
    }),

  adamW: async (replicas) => {
    const steps = (replicas[0]!['gradients'] as number[][]).length;
    const gradNorms: unknown[][] = [];
    const parameters: unknown[][] = [];
    let state = startAdamW(stacked<tf.Tensor2D>(replicas, 'parameters'));
    for (let step = 0; step < steps; step++) {
      const gradient = tf.tensor2d(replicas.map((inputs) => (inputs['gradients'] as number[][])[step]!));
      const { gradNorm, ...next } = adamW(state, gradient, {
        learningRate: numbers(replicas, 'learningRate'),
        weightDecay: numbers(replicas, 'weightDecay'),
        maxGradNorm: numbers(replicas, 'maxGradNorm'),
        beta1: number(replicas[0]!, 'beta1'),
        beta2: number(replicas[0]!, 'beta2'),
        epsilon: number(replicas[0]!, 'epsilon'),
      });
      state = next;
      gradNorms.push(await rows(gradNorm));
      parameters.push(await rows(state.parameters));
    }
    return replicas.map((_, r) => ({
      gradNorms: gradNorms.map((values) => values[r]),
      parametersAfterEachStep: parameters.map((values) => values[r]),
    }));
  },

  crossEntropy: (replicas) => {
    const labels = stacked<tf.Tensor2D>(replicas, 'labels', 'int32');
    const loss = (logits: tf.Tensor): tf.Tensor =>
      tf.mean(crossEntropy(logits as tf.Tensor3D, labels, tf.tensor1d(numbers(replicas, 'labelSmoothing'))), 1);
    const logits = stacked(replicas, 'logits');
    return unstack(replicas, { loss: loss(logits), gradLogits: tf.grad((x) => tf.sum(loss(x)))(logits) });
  },

  klEstimate: (replicas) => {
    const reference = stacked(replicas, 'referenceLogProbs');
    const old = replicas[0]!['klCorrection'] === true ? stacked(replicas, 'oldLogProbs') : undefined;
    const estimate = (x: tf.Tensor): tf.Tensor => {
      const own = klEstimate(x, reference, replicas[0]!['estimator'] as KlEstimator);
      return old ? tf.mul(own, tf.exp(tf.sub(x, old))) : own;
    };
    const logProbs = stacked(replicas, 'logProbs');
    return unstack(replicas, { kl: estimate(logProbs), gradLogProbs: tf.grad((x) => tf.sum(estimate(x)))(logProbs) });
  },

  tokenLogProbs: (replicas) => {
    const tokens = stacked<tf.Tensor2D>(replicas, 'tokens', 'int32');
    const temperature = tf.tensor1d(numbers(replicas, 'temperature'));
    const logits = stacked(replicas, 'logits');
    const compute = (x: tf.Tensor): ReturnType<typeof tokenLogProbs> => tokenLogProbs(x as tf.Tensor3D, tokens, temperature);
    const { logProbs, entropy } = compute(logits);
    return unstack(replicas, {
      logProbs,
      entropy,
      gradLogProbs: tf.grad((x) => tf.sum(compute(x).logProbs))(logits),
      gradEntropy: tf.grad((x) => tf.sum(compute(x).entropy))(logits),
    });
  },

  samplingDistribution: (replicas) => {
    const probabilities = samplingDistribution(stacked<tf.Tensor3D>(replicas, 'logits'), {
      temperature: numbers(replicas, 'temperature'),
      topK: numbers(replicas, 'topK'),
      topP: numbers(replicas, 'topP'),
    });
    return unstack(replicas, { probabilities });
  },

  policyLoss: (replicas) => {
    const one = replicas[0]!;
    const oldLogProbs = stacked<tf.Tensor3D>(replicas, 'oldLogProbs');
    const advantages = stacked<tf.Tensor2D>(replicas, 'advantages');
    const mask = stacked<tf.Tensor3D>(replicas, 'mask');
    const weights = one['policyWeights'] ? stacked<tf.Tensor3D>(replicas, 'policyWeights') : tf.onesLike(mask);
    const knobs = { ...lossKnobs(replicas), policyLoss: policyLossOf(one) };
    const singlingOut = {
      counts: knobs.covarianceShare.map((share, r) => singledOutTokens(share, (replicas[r]!['mask'] as number[][]).flat().filter(Boolean).length)),
      low: knobs.covarianceLow,
      high: knobs.covarianceHigh,
      // Where it is left to chance which tokens are singled out, a case has all of them.
      draws: tf.zerosLike(mask),
    };
    const aggregation = one['aggregation'] as Aggregation;
    const reduce = (values: tf.Tensor3D, how: Aggregation): tf.Tensor => aggregate(values, mask, how, number(one, 'maxLength'));
    const compute = (x: tf.Tensor): ReturnType<typeof policyLoss> =>
      policyLoss({ logProbs: x as tf.Tensor3D, oldLogProbs, advantages, mask, singlingOut }, knobs);
    const weighed = (x: tf.Tensor): tf.Tensor => reduce(tf.mul(compute(x).losses, weights), aggregation);
    const logProbs = stacked(replicas, 'logProbs');
    const { clipped, logRatio } = compute(logProbs);
    return unstack(replicas, {
      loss: weighed(logProbs),
      clipFraction: reduce(clipped, 'token-mean'),
      policyKl: reduce(tf.neg(logRatio), 'token-mean'),
      gradLogProbs: tf.grad((x) => tf.sum(weighed(x)))(logProbs),
    });
  },

  rolloutCorrection: (replicas) => {
    const mask = stacked<tf.Tensor3D>(replicas, 'mask');
    const weights = rolloutCorrection(
      stacked(replicas, 'oldLogProbs'), stacked(replicas, 'samplingLogProbs'), mask,
      replicas[0]!['rolloutCorrection'] as RolloutCorrection, numbers(replicas, 'rolloutCorrectionThreshold'),
    );
    return unstack(replicas, { weights: tf.mul(weights, mask) });
  },

  grpoLoss: async (replicas) => {
    const mask = stacked<tf.Tensor3D>(replicas, 'mask');
    const batch = {
      tokens: stacked<tf.Tensor3D>(replicas, 'tokens', 'int32'),
      mask,
      lossMask: mask,
      advantages: stacked<tf.Tensor2D>(replicas, 'advantages'),
      oldLogProbs: stacked<tf.Tensor3D>(replicas, 'oldLogProbs'),
      referenceLogProbs: stacked<tf.Tensor3D>(replicas, 'referenceLogProbs'),
      samplingLogProbs: stacked<tf.Tensor3D>(replicas, 'samplingLogProbs'),
      correctionWeights: tf.onesLike(mask),
    };
    const knobs = {
      ...lossKnobs(replicas),
      policyLoss: policyLossOf(replicas[0]!),
      rolloutCorrection: 'off' as const,
      klEstimator: replicas[0]!['klEstimator'] as KlEstimator,
      klCorrection: replicas[0]!['klCorrection'] === true,
      aggregation: replicas[0]!['aggregation'] as Aggregation,
      maxLength: number(replicas[0]!, 'maxLength'),
      decisivePosition: number(replicas[0]!, 'decisivePosition'),
    };
    const compute = (x: tf.Tensor): ReturnType<typeof grpoLoss> => grpoLoss(x as tf.Tensor4D, batch, knobs);
    const logits = stacked(replicas, 'logits');
    const { loss, scalars } = compute(logits);
    const told = Object.fromEntries(tf.unstack(scalars).map((values, k) => [grpoScalars[k]!, values]));
    expect(await rows(loss)).toEqual(await rows(told['loss']!));
    return unstack(replicas, { ...told, gradLogits: tf.grad((x) => tf.sum(compute(x).loss))(logits) });
  },

  transformer: transformerFunction(transformer),
  ...learnerFunctions((layout, start) => new ReferenceLearner(layout, start)),
};

/** The function of the golden file `transformer` for one of its implementations. */
export function transformerFunction(forward: typeof transformer): Compute {
  return (replicas) => {
    const shape = replicas[0]!['shape'] as TransformerShape;
    const tokens = stacked<tf.Tensor3D>(replicas, 'tokens', 'int32');
    const lengths = stacked<tf.Tensor2D>(replicas, 'lengths', 'int32');
    const upstream = stacked(replicas, 'upstreamGradient');
    const positions = tf.reshape(tf.range(0, tokens.shape[2], 1, 'int32'), [1, 1, -1]);
    const within = tf.expandDims(tf.cast(tf.less(positions, tf.expandDims(lengths, 2)), 'float32'), 3);
    const compute = (x: tf.Tensor): tf.Tensor => tf.mul(forward(x as tf.Tensor2D, shape, tokens, { lengths }), within);
    const parameters = stacked(replicas, 'parameters');
    return unstack(replicas, {
      outputs: compute(parameters),
      gradParameters: tf.grad((x) => tf.sum(tf.mul(compute(x), upstream)))(parameters),
    });
  };
}
