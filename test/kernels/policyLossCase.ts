import type { Aggregation, PolicyLossKind } from '../../workers/engines/grpoStep.js';
import { tokenWeight } from '../../workers/engines/grpoStep.js';
import type { GrpoOutputs } from '../../workers/engines/cpu/grpoOutputs.js';
import { sequenceLogRatios, singleOut } from '../../workers/engines/cpu/policyTerms.js';
import type { GrpoUpdate } from '../../workers/engines/policy.js';
import type { Inputs } from '../golden/compute.js';
import { knobIn, knobsOf } from './cases.js';

/** A golden case of `policyLoss` token by token, `[N · T]`, with what is found of a mini-batch before its loss. */
export interface PolicyLossCase {
  readonly kind: PolicyLossKind;
  readonly logProbs: Float32Array;
  readonly oldLogProbs: Float32Array;
  /** What the loss takes for the old log-probabilities. */
  readonly takenAsOld: Float32Array;
  readonly advantages: Float32Array;
  readonly masks: Float32Array;
  /** Of each token's loss, and 0 where there is none. */
  readonly weights: Float32Array;
  readonly policyWeights: Float32Array;
  readonly singledOut: Int32Array;
  readonly tokens: number;
  /** T. */
  readonly width: number;
}

export function policyLossCase(inputs: Inputs): PolicyLossCase {
  const rows = (key: string): number[][] => inputs[key] as number[][];
  const flat = (key: string): Float32Array => Float32Array.from(rows(key).flat());
  const mask = rows('mask');
  const width = mask[0]!.length;
  const lengths = mask.map((row) => row.filter(Boolean).length);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const kind = (inputs['policyLoss'] as PolicyLossKind | undefined) ?? 'clip';
  const counts = { tokens, responses: mask.length, maxLength: inputs['maxLength'] as number };
  const weights = lengths.map((length) => tokenWeight(inputs['aggregation'] as Aggregation, { length, ...counts }));
  const [logProbs, oldLogProbs, masks] = [flat('logProbs'), flat('oldLogProbs'), flat('mask')];
  const outputs = {
    sequences: Int32Array.from(logProbs, (_, i) => Math.floor(i / width)),
    starts: Int32Array.from(mask, (_, i) => i * width),
    masks,
    weights: masks.map((kept, i) => kept * weights[Math.floor(i / width)]!),
    advantages: Float32Array.from(logProbs, (_, i) => (inputs['advantages'] as number[])[Math.floor(i / width)]!),
    oldLogProbs,
    singledOut: new Int32Array(logProbs.length),
    tokensInLoss: tokens,
  } as unknown as GrpoOutputs;
  if (kind === 'clip-cov' || kind === 'kl-cov') {
    const loss = { ...knobsOf((name) => [knobIn(inputs, name)]), policyLoss: kind };
    const update = { loss, dropout: { seeds: [0] }, maxResponseLength: width } as unknown as GrpoUpdate;
    singleOut(outputs, logProbs, oldLogProbs, update, 0, 0);
  }
  const ratios = sequenceLogRatios(outputs, logProbs);
  return {
    kind, logProbs, oldLogProbs, masks, tokens, width,
    takenAsOld: kind === 'gspo' ? ratios.map((ratio, i) => logProbs[i]! - ratio) : oldLogProbs,
    advantages: outputs.advantages,
    weights: outputs.weights,
    policyWeights: inputs['policyWeights'] ? flat('policyWeights') : new Float32Array(logProbs.length).fill(1),
    singledOut: outputs.singledOut,
  };
}

/** Numbers `[N · T]` row by row. */
export function inRows(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) => Array.from({ length: width }, (__, t) => values[i * width + t]!));
}
