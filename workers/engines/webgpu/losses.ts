import type { TransformerShape } from '../layout.js';
import {
  type GrpoKnob, grpoKnobNames, type GrpoScalar, grpoScalars, type KlEstimator, klEstimators, logRatioLimit, reportedKl,
  scalarSpecifications, unbounded,
} from '../grpoStep.js';
import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';
import { outputFields } from './records.js';

const knobFields = Object.fromEntries(grpoKnobNames.map((name) => [name, 'f32'])) as Record<GrpoKnob, 'f32'>;
/** A replica's knobs in the inputs, and the share that each of its tokens has in a mean of tokens. */
export const lossKnobRecord = inputRecord('LossKnobs', { ...knobFields, tokenWeight: 'f32' });
/** A response in the inputs: its advantage, the weight of each of its tokens' losses, its tokens. */
export const responseRecord = inputRecord('Response', { advantage: 'f32', weight: 'f32', length: 'u32' });

/** What a pass's rows are and where its outputs lie. */
const rowsCall = {
  firstRow: 'u32',
  endRow: 'u32',
  sequences: 'u32',
  /** In the inputs: sequence · 64 + position of each row. */
  owners: 'u32',
  /** In the inputs: the token that each row should predict. */
  targets: 'u32',
} as const;

export const rowLanes = 64;

/** Begins `fn main`, one invocation a row: whose it is, where its logits lie and the log-probability of its target. */
const enter = (shape: TransformerShape, temperature: string, record = 'id.x'): string => {
  const { activation, gradient } = outputFields(shape);
  return /* wgsl */ `
  let row = call.firstRow + id.x;
  if (row >= call.endRow) { return; }
  let sequence = inputs[call.owners + row] / 64u;
  let replica = sequence / call.sequences;
  let position = inputs[call.owners + row] % 64u;
  let label = inputs[call.targets + row];
  let logits = (${record}) * ${activation.stride}u + ${activation.at}u;
  let upstream = id.x * ${gradient.stride}u + ${gradient.at}u;
  let temperature = ${temperature};
  let normaliser = logSumExp(logits, temperature);
  let logProb = activations[logits + label] / temperature - normaliser;`;
};

const softmaxFunctions = (shape: TransformerShape): string => /* wgsl */ `
const vocabulary = ${shape.vocabulary}u;
fn logSumExp(logits: u32, temperature: f32) -> f32 {
  var most = activations[logits];
  for (var i = 1u; i < vocabulary; i++) { most = max(most, activations[logits + i]); }
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) { sum += exp((activations[logits + i] - most) / temperature); }
  return most / temperature + log(sum);
}`;

/** The log-probability of each row's target under softmax(logits / temperature), into `logProbs` at `to + row`. */
export function tokenLogProbSource(shape: TransformerShape) {
  return {
    label: 'tokenLogProbs',
    lanes: rowLanes,
    call: {
      ...rowsCall,
      /** In the inputs: a `LossKnobs` of each replica. */
      knobs: 'u32',
      /** Rows before those of the pass among the activations. */
      skip: 'u32',
      to: 'u32',
    },
    buffers: { inputs: 'read u32', activations: 'read f32', logProbs: 'read_write f32' },
    code: /* wgsl */ `
${softmaxFunctions(shape)}
${lossKnobRecord.wgsl}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enter(shape, 'readLossKnobs(call.knobs, replica).temperature', 'call.skip + id.x')}
  logProbs[call.to + row] = logProb;
}`,
  } as const satisfies KernelSource<string, string>;
}

/** Of d, the log-ratio to the reference within its limit: each estimate and its derivative. */
const klTerms: Readonly<Record<KlEstimator, { readonly value: string; readonly slope: string }>> = {
  k1: { value: 'd', slope: '1' },
  k2: { value: 'd * d / 2', slope: 'd' },
  k3: { value: 'exp(-d) + d - 1', slope: '1 - exp(-d)' },
};
const klArray = (part: 'value' | 'slope'): string =>
  `array<f32, ${klEstimators.length}>(${klEstimators.map((name) => klTerms[name][part]).join(', ')})`;

/** What each scalar is of one token. */
const scalarTerms: Readonly<Record<GrpoScalar, string>> = {
  loss: 'total',
  policyLoss: 'policyLoss',
  entropy: 'tempered.x',
  entropyAtT1: 'atT1',
  'entropy.decisive': 'atT1',
  kl: `estimates[${klEstimators.indexOf(reportedKl)}]`,
  clipFraction: 'f32(bounded > plain)',
  samplingMismatch: 'abs(bitcast<f32>(inputs[call.sampled + row]) - logProb)',
};

/** The row's part of a scalar, whose sum over the rows it is. */
function scalarPart(name: GrpoScalar): string {
  const term = scalarTerms[name];
  switch (scalarSpecifications[name].over) {
    case 'loss':
      return `weight * ${term}`;
    case 'tokens':
      return `tokenWeight * ${term}`;
    case 'decisiveTokens':
      return `select(0, ${term} / f32(call.sequences), response == call.decisive)`;
  }
}

/**
 * GRPO's loss, one invocation a row: the gradient of the logits and the row's part of each scalar, as `grpoLoss` of
 * engines/reference with its gradients by hand. At a tie of maximum or minimum the first argument gets the gradient.
 */
export function grpoLossSource(shape: TransformerShape) {
  return {
    label: 'grpoLoss',
    lanes: rowLanes,
    call: {
      ...rowsCall,
      knobs: 'u32',
      /** In the inputs: a `Response` of each sequence. */
      responses: 'u32',
      /** In the inputs: the log-probability of each row's target when it was sampled. */
      sampled: 'u32',
      /** In logProbs: of the frozen reference; of the policy before the update. */
      reference: 'u32',
      old: 'u32',
      /** 0: the policy before the update is this one. */
      hasOld: 'u32',
      /** The position that predicts a response's first token. */
      firstPosition: 'u32',
      /** The response position whose entropy is reported by itself. */
      decisive: 'u32',
      /** An index of `klEstimators`. */
      estimator: 'u32',
    },
    buffers: {
      inputs: 'read u32',
      logProbs: 'read f32',
      activations: 'read f32',
      gradients: 'read_write f32',
      rowValues: 'read_write f32',
    },
    code: /* wgsl */ `
${softmaxFunctions(shape)}
${lossKnobRecord.wgsl}
${responseRecord.wgsl}
// Entropy, and the mean log-probability of all tokens.
fn entropyOf(logits: u32, temperature: f32, normaliser: f32) -> vec2f {
  var entropy = 0.0;
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) {
    let logProb = activations[logits + i] / temperature - normaliser;
    entropy -= exp(logProb) * logProb;
    sum += logProb;
  }
  return vec2f(entropy, sum / f32(vocabulary));
}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enter(shape, 'readLossKnobs(call.knobs, replica).temperature')}
  let knobs = readLossKnobs(call.knobs, replica);
  let own = readResponse(call.responses, sequence);
  let response = position - call.firstPosition;
  let values = row * ${grpoScalars.length}u;
  if (position < call.firstPosition) {
    for (var i = 0u; i < vocabulary; i++) { gradients[upstream + i] = 0; }
    for (var i = 0u; i < ${grpoScalars.length}u; i++) { rowValues[values + i] = 0; }
    return;
  }
  let mask = f32(response < own.length);
  let weight = own.weight * mask;
  let tokenWeight = knobs.tokenWeight * mask;
  let advantage = own.advantage;
  let tempered = entropyOf(logits, temperature, normaliser);
  var atT1 = tempered.x;
  if (temperature != 1) { atT1 = entropyOf(logits, 1, logSumExp(logits, 1)).x; }

  var difference = 0.0;
  if (call.hasOld == 1u) { difference = logProb - logProbs[call.old + row]; }
  let ratio = exp(clamp(difference, -${logRatioLimit}, ${logRatioLimit}));
  let lowest = 1 - knobs.clipLow;
  let highest = 1 + knobs.clipHigh;
  let plain = -advantage * ratio;
  let bounded = -advantage * max(min(ratio, highest), lowest);
  let cap = select(${unbounded}, -advantage * knobs.dualClip, advantage < 0);
  let policyLoss = min(max(plain, bounded), cap);
  var slope = 0.0;
  let inside = min(ratio, highest) >= lowest && ratio <= highest;
  let passes = max(plain, bounded) <= cap && (plain >= bounded || inside) && abs(difference) <= ${logRatioLimit};
  if (passes) { slope = -advantage * ratio; }

  let d0 = logProb - logProbs[call.reference + row];
  let d = clamp(d0, -${logRatioLimit}, ${logRatioLimit});
  var estimates = ${klArray('value')};
  var slopes = ${klArray('slope')};
  let kl = knobs.klCoefficient;
  let entropyCoefficient = knobs.entropyCoefficient;
  let smoothing = knobs.labelSmoothing;
  let total = policyLoss + kl * estimates[call.estimator] - entropyCoefficient * tempered.x - smoothing * tempered.y;
  if (abs(d0) <= ${logRatioLimit}) { slope += kl * slopes[call.estimator]; }

  for (var i = 0u; i < vocabulary; i++) {
    let logP = activations[logits + i] / temperature - normaliser;
    let p = exp(logP);
    let change = slope * (f32(i == label) - p)
      + entropyCoefficient * p * (logP + tempered.x)
      + smoothing * (p - ${1 / shape.vocabulary});
    gradients[upstream + i] = select(0, weight * change / temperature, mask > 0);
  }
  ${grpoScalars.map((name, i) => `rowValues[values + ${i}u] = ${scalarPart(name)};`).join('\n  ')}
}`,
  } as const satisfies KernelSource<string, string>;
}

/** Cross-entropy with label smoothing, one invocation a row, as `crossEntropy` of engines/reference. */
export function crossEntropySource(shape: TransformerShape) {
  return {
    label: 'crossEntropy',
    lanes: rowLanes,
    call: {
      ...rowsCall,
      /** In the inputs: the smoothing a replica. */
      smoothing: 'u32',
      /** In the inputs: what each row counts in its replica's loss. */
      weights: 'u32',
    },
    buffers: { inputs: 'read u32', activations: 'read f32', gradients: 'read_write f32', rowValues: 'read_write f32' },
    code: /* wgsl */ `
${softmaxFunctions(shape)}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enter(shape, '1.0')}
  let smoothing = bitcast<f32>(inputs[call.smoothing + replica]);
  let weight = bitcast<f32>(inputs[call.weights + row]);
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) {
    let logP = activations[logits + i] - normaliser;
    sum += logP;
    let wanted = (1 - smoothing) * f32(i == label) + smoothing / f32(vocabulary);
    gradients[upstream + i] = select(0, weight * (exp(logP) - wanted), weight > 0);
  }
  rowValues[row] = select(0, -weight * ((1 - smoothing) * logProb + smoothing * sum / f32(vocabulary)), weight > 0);
}`,
  } as const satisfies KernelSource<string, string>;
}

/** The scalars that are means over inner epochs, a bit each: `averaged` of `rowSumsSource`. */
export const averagedScalars = grpoScalars.reduce(
  (bits, name, i) => (scalarSpecifications[name].epochs === 'mean' ? bits | (1 << i) : bits),
  0,
);

/**
 * Sums of the rows' values a replica, always in the same order, one workgroup a sum: scalars `[columns, R]`. Columns
 * whose bit of `averaged` is set are means over inner epochs; the others keep the values of the first.
 */
export const rowSumsSource = {
  label: 'rowSums',
  lanes: 64,
  call: {
    sequences: 'u32',
    starts: 'u32',
    columns: 'u32',
    replicas: 'u32',
    averaged: 'u32',
    share: 'f32',
    first: 'u32',
  },
  buffers: { inputs: 'read u32', rowValues: 'read f32', scalars: 'read_write f32' },
  code: /* wgsl */ `
var<workgroup> sums: array<f32, lanes>;

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = inputs[call.starts + group.y * call.sequences];
  let end = inputs[call.starts + (group.y + 1u) * call.sequences];
  var sum = 0.0;
  for (var row = start + lane; row < end; row += lanes) { sum += rowValues[row * call.columns + group.x]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let at = group.x * call.replicas + group.y;
    if (((call.averaged >> group.x) & 1u) == 1u) {
      scalars[at] = select(scalars[at], 0, call.first == 1u) + sums[0] * call.share;
    } else if (call.first == 1u) {
      scalars[at] = sums[0];
    }
  }
}`,
} as const satisfies KernelSource<string, string>;
