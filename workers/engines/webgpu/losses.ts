import type { TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { outputFields } from './records.js';

/** Numbers that the losses keep of each row: parts of the step's scalars, in the order of their sums. */
export const grpoRowValues = 8;

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
      /** In the inputs: `[R, grpoKnobCount]`, the temperature first. */
      knobs: 'u32',
      /** Rows before those of the pass among the activations. */
      skip: 'u32',
      to: 'u32',
    },
    buffers: { inputs: 'read u32', activations: 'read f32', logProbs: 'read_write f32' },
    code: /* wgsl */ `
${softmaxFunctions(shape)}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enter(shape, `bitcast<f32>(inputs[call.knobs + replica * ${grpoKnobCount}u])`, 'call.skip + id.x')}
  logProbs[call.to + row] = logProb;
}`,
  } as const satisfies KernelSource<string, string>;
}

/** A replica's knobs in the inputs: temperature, coefficients of KL, entropy and smoothing, bounds, 1 / tokens. */
export const grpoKnobCount = 8;
/** A sequence's numbers in the inputs: advantage, the weight of each of its tokens' losses, tokens. */
export const grpoSequenceCount = 3;
export const klEstimators = ['k1', 'k2', 'k3'] as const;

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
      /** In the inputs: `[R·B, grpoSequenceCount]`. */
      perSequence: 'u32',
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
      /** An index of klEstimators. */
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
fn knob(replica: u32, i: u32) -> f32 { return bitcast<f32>(inputs[call.knobs + replica * ${grpoKnobCount}u + i]); }
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
  ${enter(shape, 'knob(replica, 0u)')}
  let response = position - call.firstPosition;
  let perSequence = call.perSequence + sequence * ${grpoSequenceCount}u;
  let values = row * ${grpoRowValues}u;
  if (position < call.firstPosition) {
    for (var i = 0u; i < vocabulary; i++) { gradients[upstream + i] = 0; }
    for (var i = 0u; i < ${grpoRowValues}u; i++) { rowValues[values + i] = 0; }
    return;
  }
  let mask = f32(response < inputs[perSequence + 2u]);
  let weight = bitcast<f32>(inputs[perSequence + 1u]) * mask;
  let tokenWeight = knob(replica, 7u) * mask;
  let advantage = bitcast<f32>(inputs[perSequence]);
  let tempered = entropyOf(logits, temperature, normaliser);
  var atT1 = tempered.x;
  if (temperature != 1) { atT1 = entropyOf(logits, 1, logSumExp(logits, 1)).x; }

  var difference = 0.0;
  if (call.hasOld == 1u) { difference = logProb - logProbs[call.old + row]; }
  let ratio = exp(clamp(difference, -20, 20));
  let lowest = 1 - knob(replica, 4u);
  let highest = 1 + knob(replica, 5u);
  let plain = -advantage * ratio;
  let bounded = -advantage * max(min(ratio, highest), lowest);
  let dual = knob(replica, 6u);
  let cap = select(1e30, -advantage * dual, advantage < 0);
  let policyLoss = min(max(plain, bounded), cap);
  var slope = 0.0;
  let inside = min(ratio, highest) >= lowest && ratio <= highest;
  let passes = max(plain, bounded) <= cap && (plain >= bounded || inside) && abs(difference) <= 20;
  if (passes) { slope = -advantage * ratio; }

  let d0 = logProb - logProbs[call.reference + row];
  let d = clamp(d0, -20, 20);
  let k3 = exp(-d) + d - 1;
  let estimates = vec3f(d, d * d / 2, k3);
  let slopes = vec3f(1, d, 1 - exp(-d));
  let kl = knob(replica, 1u);
  let entropyCoefficient = knob(replica, 2u);
  let smoothing = knob(replica, 3u);
  let total = policyLoss + kl * estimates[call.estimator] - entropyCoefficient * tempered.x - smoothing * tempered.y;
  if (abs(d0) <= 20) { slope += kl * slopes[call.estimator]; }

  for (var i = 0u; i < vocabulary; i++) {
    let logP = activations[logits + i] / temperature - normaliser;
    let p = exp(logP);
    let change = slope * (f32(i == label) - p)
      + entropyCoefficient * p * (logP + tempered.x)
      + smoothing * (p - ${1 / shape.vocabulary});
    gradients[upstream + i] = select(0, weight * change / temperature, mask > 0);
  }
  rowValues[values] = weight * total;
  rowValues[values + 1u] = weight * policyLoss;
  rowValues[values + 2u] = tokenWeight * tempered.x;
  rowValues[values + 3u] = tokenWeight * atT1;
  rowValues[values + 4u] = select(0, atT1 / f32(call.sequences), response == call.decisive);
  rowValues[values + 5u] = tokenWeight * k3;
  rowValues[values + 6u] = tokenWeight * f32(bounded > plain);
  rowValues[values + 7u] = tokenWeight * abs(bitcast<f32>(inputs[call.sampled + row]) - logProb);
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

/**
 * Sums of the rows' values a replica, always in the same order, one workgroup a sum: scalars `[columns, R]`. `averaged`
 * (an index, or none) is a mean over inner epochs; the others keep the values of the first.
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
    if (group.x == call.averaged) {
      scalars[at] = select(scalars[at], 0, call.first == 1u) + sums[0] * call.share;
    } else if (call.first == 1u) {
      scalars[at] = sums[0];
    }
  }
}`,
} as const satisfies KernelSource<string, string>;
