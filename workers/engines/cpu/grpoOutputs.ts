import { grpoScalars, klEstimators, policyLosses, tokensInLoss, tokenWeight } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { CpuKernels } from './kernels.js';

/** What the loss reads of each output: a token that the policy is to predict. */
export interface Outputs {
  /** The token that each output predicts. */
  readonly targets: Int32Array;
  /** The sequence that it belongs to, by its place among the replica's. */
  readonly sequences: Int32Array;
  /** 1 on the response's tokens; 0 where a short response is extended to the decisive position. */
  readonly masks: Float32Array;
  /** The share of the loss that each output's term has. */
  readonly weights: Float32Array;
  readonly advantages: Float32Array;
  readonly samplingLogProbs: Float32Array;
  /** 1 at the decisive position. */
  readonly decisive: Int32Array;
  /** Of the frozen reference. */
  readonly referenceLogProbs: Float32Array;
  /** Of the policy before the step, where that is found. */
  readonly oldLogProbs: Float32Array;
  /** What the policy loss is weighed by. */
  readonly policyWeights: Float32Array;
  /** 1 where the covariance singles the token out. */
  readonly singledOut: Int32Array;
}

/** One replica's responses token by token, sequence by sequence. */
export interface GrpoOutputs extends Outputs {
  /** The first output of each sequence, and the number of all. */
  readonly starts: Int32Array;
  /** Whether responses may be long enough to have a decisive position. */
  readonly hasDecisive: boolean;
  /** Tokens of all responses, and of those in the loss. */
  readonly tokens: number;
  readonly tokensInLoss: number;
}

/** The response position whose entropy is reported by itself, where responses may be so long. */
export function decisivePositionOf({ loss, maxResponseLength }: GrpoUpdate): number | undefined {
  const position = loss.decisivePosition ?? Infinity;
  return position < maxResponseLength ? position : undefined;
}

/** @param extend whether responses that end before the decisive position have outputs up to it */
export function grpoOutputs(update: GrpoUpdate, replica: number, batch: number, extend: boolean): GrpoOutputs {
  const { responses, width, lengths, inLoss, padding } = update;
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
  const [learned] = tokensInLoss(lengths.subarray(first, first + batch), inLoss.subarray(first, first + batch), 1);
  const count = starts[batch]!;
  const outputs = {
    starts,
    targets: new Int32Array(count).fill(padding),
    sequences: new Int32Array(count),
    masks: new Float32Array(count),
    weights: new Float32Array(count),
    advantages: new Float32Array(count),
    samplingLogProbs: new Float32Array(count),
    decisive: new Int32Array(count),
    referenceLogProbs: new Float32Array(count),
    oldLogProbs: new Float32Array(count),
    policyWeights: new Float32Array(count).fill(1),
    singledOut: new Int32Array(count),
    hasDecisive: decisivePosition !== undefined,
    tokens,
    tokensInLoss: learned!,
  };
  for (let b = 0; b < batch; b++) {
    const length = lengths[first + b]!;
    const [from, to] = [starts[b]!, starts[b]! + length];
    const sampled = (first + b) * width;
    outputs.targets.set(responses.subarray(sampled, sampled + length), from);
    outputs.samplingLogProbs.set(update.samplingLogProbs.subarray(sampled, sampled + length), from);
    outputs.masks.fill(1, from, to);
    outputs.sequences.fill(b, from, starts[b + 1]!);
    outputs.advantages.fill(update.advantages[first + b]!, from, to);
    if (inLoss[first + b]) {
      const counts = { length, tokens: outputs.tokensInLoss, responses: batch, maxLength };
      outputs.weights.fill(tokenWeight(aggregation, counts), from, to);
    }
    const decides = from + (decisivePosition ?? Infinity);
    if (decides < starts[b + 1]!) outputs.decisive[decides] = 1;
  }
  return outputs;
}

/** The outputs from one up to another: what is set there is set in all. */
export function outputsBetween(outputs: Outputs, from: number, to: number): Outputs {
  return eachArray(outputs, (values) => values.subarray(from, to), (values) => values.subarray(from, to));
}

/** Copies of the outputs at some places. */
export function outputsAt(outputs: Outputs, places: readonly number[]): Outputs {
  return eachArray(
    outputs,
    (values) => Int32Array.from(places, (i) => values[i]!),
    (values) => Float32Array.from(places, (i) => values[i]!),
  );
}

function eachArray(outputs: Outputs, integers: (values: Int32Array) => Int32Array, floats: (values: Float32Array) => Float32Array): Outputs {
  return {
    targets: integers(outputs.targets),
    sequences: integers(outputs.sequences),
    masks: floats(outputs.masks),
    weights: floats(outputs.weights),
    advantages: floats(outputs.advantages),
    samplingLogProbs: floats(outputs.samplingLogProbs),
    decisive: integers(outputs.decisive),
    referenceLogProbs: floats(outputs.referenceLogProbs),
    oldLogProbs: floats(outputs.oldLogProbs),
    policyWeights: floats(outputs.policyWeights),
    singledOut: integers(outputs.singledOut),
  };
}

/** Puts outputs where the loss reads them. */
export function putOutputs(kernels: CpuKernels, outputs: Outputs): void {
  const { at } = kernels;
  kernels.putIntegers(at.outputTargets, outputs.targets);
  kernels.putIntegers(at.outputDecisive, outputs.decisive);
  kernels.putIntegers(at.outputSingledOut, outputs.singledOut);
  kernels.putFloats(at.outputMasks, outputs.masks);
  kernels.putFloats(at.outputWeights, outputs.weights);
  kernels.putFloats(at.outputAdvantages, outputs.advantages);
  kernels.putFloats(at.outputPolicyWeights, outputs.policyWeights);
  kernels.putFloats(at.outputOldLogProbs, outputs.oldLogProbs);
  kernels.putFloats(at.outputReferenceLogProbs, outputs.referenceLogProbs);
  kernels.putFloats(at.outputSamplingLogProbs, outputs.samplingLogProbs);
}

/** What `grpoLoss` is run on. */
export interface LossRows {
  readonly outputs: number;
  readonly firstLogits: number;
  readonly logits: number;
  /** The policy before the step is the one in training. */
  readonly ownIsOld: boolean;
}

/** One replica's loss on outputs that `putOutputs` put; their logits become gradients, the totals grow. */
export function runGrpoLoss({ run }: CpuKernels, { policyLoss, klEstimator, klCorrection }: GrpoUpdate['loss'], rows: LossRows): void {
  const kinds = [policyLosses.indexOf(policyLoss), klEstimators.indexOf(klEstimator), klCorrection] as const;
  run.grpoLoss(rows.outputs, rows.firstLogits, rows.logits, ...kinds, rows.ownIsOld);
}

/** Raises the total of the largest `ratio.sequence`, once the loss has run on these outputs. */
export function raiseSequenceRatio(kernels: CpuKernels, outputs: Outputs, ratios: Float32Array | undefined): void {
  let largest = 0;
  for (let i = 0; i < outputs.advantages.length; i++) {
    if (outputs.advantages[i] !== 0) largest = Math.max(largest, ratios ? Math.exp(ratios[i]!) : 1);
  }
  const totals = kernels.totals();
  const place = grpoScalars.indexOf('ratio.sequence');
  totals[place] = Math.max(totals[place]!, largest);
}
