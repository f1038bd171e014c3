import { logRatioLimit, policyLosses, rolloutCorrections } from '../grpoStep.js';
import type { KernelSource } from './kernel.js';
import { lossKnobRecord, responseRecord } from './grpoLoss.js';
import { randomFunctions } from './wgsl.js';

/** The numbers that are kept of each row, beside its logits: a column each, one after the other in `logProbs`. */
export const rowColumns = [
  'reference', 'old', 'current',
  /** Where the loss takes the response's ratio for its tokens': what is taken for `old`. */
  'takenAsOld',
  /** The response's mean log-ratio. */
  'sequenceLogRatio',
  /** What the policy loss is weighed by. */
  'policyWeight',
  /** 1 where the covariance singles the row out. */
  'singledOut',
  /** Scratch: what the rows are ordered by, the largest first. */
  'order',
] as const;
export type RowColumn = (typeof rowColumns)[number];

/** Where each column begins. */
export type RowColumnPlaces = Readonly<Record<RowColumn, number>>;

export function placeColumns(first: number, rows: number): RowColumnPlaces {
  return Object.fromEntries(rowColumns.map((name, i) => [name, first + i * rows])) as Record<RowColumn, number>;
}

export const sequenceLanes = 64;
const sequencesCall = {
  firstSequence: 'u32',
  endSequence: 'u32',
  /** In the inputs: the first row of each sequence. */
  starts: 'u32',
  /** In the inputs: a `Response` of each sequence. */
  responses: 'u32',
  /** The position that predicts a response's first token. */
  firstPosition: 'u32',
} as const;
const enterSequence = /* wgsl */ `
  let sequence = call.firstSequence + id.x;
  if (sequence >= call.endSequence) { return; }
  let start = inputs[call.starts + sequence] + call.firstPosition;
  let end = start + readResponse(call.responses, sequence).length;`;

/** Of each response the mean log-ratio of new to old probability, one invocation a sequence. */
export const sequenceRatioSource = {
  label: 'sequenceRatios',
  lanes: sequenceLanes,
  call: { ...sequencesCall, old: 'u32', current: 'u32', takenAsOld: 'u32', sequenceLogRatio: 'u32' },
  buffers: { inputs: 'read u32', logProbs: 'read_write f32' },
  code: /* wgsl */ `
${responseRecord.wgsl}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enterSequence}
  var sum = 0.0;
  for (var row = start; row < end; row++) { sum += logProbs[call.current + row] - logProbs[call.old + row]; }
  let mean = sum / max(f32(end - start), 1);
  for (var row = start; row < end; row++) {
    logProbs[call.sequenceLogRatio + row] = mean;
    logProbs[call.takenAsOld + row] = logProbs[call.current + row] - mean;
  }
}`,
} as const satisfies KernelSource<string, string>;

/** What each row's policy loss is weighed by, as `rolloutCorrection` of engines/reference, one invocation a sequence. */
export const rolloutWeightSource = {
  label: 'rolloutWeights',
  lanes: sequenceLanes,
  call: {
    ...sequencesCall,
    sequences: 'u32',
    knobs: 'u32',
    /** In the inputs: the log-probability of each row's target when it was sampled. */
    sampled: 'u32',
    /** An index of `rolloutCorrections`. */
    correction: 'u32',
    old: 'u32',
    policyWeight: 'u32',
  },
  buffers: { inputs: 'read u32', logProbs: 'read_write f32' },
  code: /* wgsl */ `
${lossKnobRecord.wgsl}
${responseRecord.wgsl}
fn weightOf(difference: f32) -> f32 { return exp(clamp(difference, -${logRatioLimit}, ${logRatioLimit})); }
fn differenceOf(row: u32) -> f32 { return logProbs[call.old + row] - bitcast<f32>(inputs[call.sampled + row]); }
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enterSequence}
  let most = readLossKnobs(call.knobs, sequence / call.sequences).rolloutCorrectionThreshold;
  var sum = 0.0;
  for (var row = start; row < end; row++) { sum += differenceOf(row); }
  var weight = weightOf(sum);
  if (call.correction == ${rolloutCorrections.indexOf('sequence-mask')}u && weight > most) { weight = 0; }
  for (var row = start; row < end; row++) {
    let ofToken = call.correction == ${rolloutCorrections.indexOf('token-truncate')}u;
    logProbs[call.policyWeight + row] = min(select(weight, weightOf(differenceOf(row)), ofToken), most);
  }
}`,
} as const satisfies KernelSource<string, string>;

/** Stands behind every row that may not be singled out. */
const last = -3e38;

/** Which rows the covariance singles out, as `singledOut` of engines/reference, one workgroup a replica. */
export const singleOutSource = {
  label: 'singleOut',
  lanes: 128,
  call: {
    sequences: 'u32',
    starts: 'u32',
    responses: 'u32',
    knobs: 'u32',
    /** In the inputs: sequence · 64 + position of each row. */
    owners: 'u32',
    firstPosition: 'u32',
    maxResponseLength: 'u32',
    /** In the inputs: the key of each replica's draws. */
    keys: 'u32',
    /** An index of `policyLosses`. */
    policyLoss: 'u32',
    old: 'u32',
    current: 'u32',
    singledOut: 'u32',
    order: 'u32',
  },
  buffers: { inputs: 'read u32', logProbs: 'read_write f32' },
  code: /* wgsl */ `
${lossKnobRecord.wgsl}
${responseRecord.wgsl}
${randomFunctions}
var<workgroup> sums: array<vec3f, lanes>;

struct Token { present: bool, advantage: f32, place: u32 }
fn tokenOf(row: u32, firstSequence: u32) -> Token {
  let owner = inputs[call.owners + row];
  let sequence = owner / 64u;
  let position = owner % 64u;
  let own = readResponse(call.responses, sequence);
  let t = position - call.firstPosition;
  let present = position >= call.firstPosition && t < own.length && own.weight != 0;
  return Token(present, own.advantage, (sequence - firstSequence) * call.maxResponseLength + t);
}
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = group.x;
  let knobs = readLossKnobs(call.knobs, replica);
  let firstSequence = replica * call.sequences;
  let start = inputs[call.starts + firstSequence];
  let end = inputs[call.starts + firstSequence + call.sequences];
  var sum = vec3f();
  for (var row = start + lane; row < end; row += lanes) {
    let token = tokenOf(row, firstSequence);
    if (token.present) { sum += vec3f(token.advantage, logProbs[call.current + row], 1); }
  }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  let means = sums[0].xy / max(sums[0].z, 1);
  for (var row = start + lane; row < end; row += lanes) {
    let token = tokenOf(row, firstSequence);
    let logProb = logProbs[call.current + row];
    let covariance = (token.advantage - means.x) * (logProb - means.y);
    var order = covariance;
    var eligible = token.present;
    if (call.policyLoss == ${policyLosses.indexOf('clip-cov')}u) {
      let ratio = exp(clamp(logProb - logProbs[call.old + row], -${logRatioLimit}, ${logRatioLimit}));
      let plain = -token.advantage * ratio;
      let bounded = -token.advantage * max(min(ratio, 1 + knobs.clipHigh), 1 - knobs.clipLow);
      eligible = eligible && covariance > knobs.covarianceLow && covariance < knobs.covarianceHigh && bounded <= plain;
      order = -f32(randomAt(inputs[call.keys + replica], token.place) >> 8u);
    }
    logProbs[call.order + row] = select(${last}, order, eligible);
  }
  storageBarrier();
  for (var row = start + lane; row < end; row += lanes) {
    let own = logProbs[call.order + row];
    var before = 0u;
    for (var other = start; other < end; other++) {
      let theirs = logProbs[call.order + other];
      before += u32(theirs > own || (theirs == own && other < row));
    }
    logProbs[call.singledOut + row] = f32(own > ${last} && before < u32(knobs.singledOut));
  }
}`,
} as const satisfies KernelSource<string, string>;
