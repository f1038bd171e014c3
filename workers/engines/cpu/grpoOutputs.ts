import { klEstimators, tokenWeight } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { CpuKernels } from './kernels.js';

/** What the loss reads of each output: a token that the policy is to predict. */
export interface Outputs {
  /** The token that each output predicts. */
  readonly targets: Int32Array;
  /** 1 on the response's tokens; 0 where a short response is extended to the decisive position. */
  readonly masks: Float32Array;
  /** The share of the loss that each output's term has. */
  readonly weights: Float32Array;
  readonly advantages: Float32Array;
  readonly samplingLogProbs: Float32Array;
  /** 1 at the decisive position. */
  readonly decisive: Int32Array;
}

/** One replica's responses token by token, sequence by sequence. */
export interface GrpoOutputs extends Outputs {
  /** The first output of each sequence, and the number of all. */
  readonly starts: Int32Array;
  /** Whether responses may be long enough to have a decisive position. */
  readonly hasDecisive: boolean;
  /** Tokens of all responses. */
  readonly tokens: number;
}

/** The response position whose entropy is reported by itself, where responses may be so long. */
export function decisivePositionOf({ loss, maxResponseLength }: GrpoUpdate): number | undefined {
  const position = loss.decisivePosition ?? Infinity;
  return position < maxResponseLength ? position : undefined;
}

/** @param extend whether responses that end before the decisive position have outputs up to it */
export function grpoOutputs(update: GrpoUpdate, replica: number, batch: number, extend: boolean): GrpoOutputs {
  const { responses, width, lengths, padding } = update;
  const { aggregation, maxLength } = update.loss;
  const decisivePosition = decisivePositionOf(update);
  const atLeast = extend && decisivePosition !== undefined ? decisivePosition + 1 : 1;
  const first = replica * batch;
  const starts = new Int32Array(batch + 1);
  let tokens = 0;
  for (let b = 0; b < batch; b++) {
    starts[b + 1] = starts[b]! + Math.max(lengths[first + b]!, atLeast);
    tokens += lengths[first + b]!;
  }
  const count = starts[batch]!;
  const outputs = {
    starts,
    targets: new Int32Array(count).fill(padding),
    masks: new Float32Array(count),
    weights: new Float32Array(count),
    advantages: new Float32Array(count),
    samplingLogProbs: new Float32Array(count),
    decisive: new Int32Array(count),
    hasDecisive: decisivePosition !== undefined,
    tokens,
  };
  for (let b = 0; b < batch; b++) {
    const length = lengths[first + b]!;
    const [from, to] = [starts[b]!, starts[b]! + length];
    const sampled = (first + b) * width;
    outputs.targets.set(responses.subarray(sampled, sampled + length), from);
    outputs.samplingLogProbs.set(update.samplingLogProbs.subarray(sampled, sampled + length), from);
    outputs.masks.fill(1, from, to);
    outputs.weights.fill(tokenWeight(aggregation, { length, tokens, responses: batch, maxLength }), from, to);
    outputs.advantages.fill(update.advantages[first + b]!, from, to);
    const decides = from + (decisivePosition ?? Infinity);
    if (decides < starts[b + 1]!) outputs.decisive[decides] = 1;
  }
  return outputs;
}

/** The outputs from one up to another. */
export function outputsBetween(outputs: Outputs, from: number, to: number): Outputs {
  return {
    targets: outputs.targets.subarray(from, to),
    masks: outputs.masks.subarray(from, to),
    weights: outputs.weights.subarray(from, to),
    advantages: outputs.advantages.subarray(from, to),
    samplingLogProbs: outputs.samplingLogProbs.subarray(from, to),
    decisive: outputs.decisive.subarray(from, to),
  };
}

/** The outputs at some places. */
export function outputsAt(outputs: Outputs, places: readonly number[]): Outputs {
  const integers = (values: Int32Array): Int32Array => Int32Array.from(places, (i) => values[i]!);
  const numbers = (values: Float32Array): Float32Array => Float32Array.from(places, (i) => values[i]!);
  return {
    targets: integers(outputs.targets),
    masks: numbers(outputs.masks),
    weights: numbers(outputs.weights),
    advantages: numbers(outputs.advantages),
    samplingLogProbs: numbers(outputs.samplingLogProbs),
    decisive: integers(outputs.decisive),
  };
}

/** Puts outputs where the loss reads them. */
export function putOutputs(kernels: CpuKernels, outputs: Outputs): void {
  const { at } = kernels;
  kernels.putIntegers(at.outputTargets, outputs.targets);
  kernels.putIntegers(at.outputDecisive, outputs.decisive);
  kernels.putFloats(at.outputMasks, outputs.masks);
  kernels.putFloats(at.outputWeights, outputs.weights);
  kernels.putFloats(at.outputAdvantages, outputs.advantages);
  kernels.putFloats(at.outputSamplingLogProbs, outputs.samplingLogProbs);
}

/** What `grpoLoss` is run on. */
export interface LossRows {
  readonly outputs: number;
  readonly firstLogits: number;
  readonly logits: number;
  /** The policy in training is the one that sampled. */
  readonly ownIsOld: boolean;
}

/** One replica's loss on outputs that `putOutputs` put; their logits become gradients, the totals grow. */
export function runGrpoLoss({ run }: CpuKernels, { klEstimator }: GrpoUpdate['loss'], rows: LossRows): void {
  run.grpoLoss(rows.outputs, rows.firstLogits, rows.logits, klEstimators.indexOf(klEstimator), rows.ownIsOld);
}
