import type { TransformerShape } from '../layout.js';
import {
  type GrpoKnob, grpoKnobNames, type GrpoScalar, grpoScalars, type KlEstimator, klEstimators, logRatioLimit, policyLosses,
  type PolicyLossKind, reportedKl, scalarSpecifications, unbounded,
} from '../grpoStep.js';
import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';
import { enter, rowLanes, rowsCall, softmaxFunctions } from './losses.js';

/** In the place of what is not there. */
export const none = 0xffffffff;

const knobFields = Object.fromEntries(grpoKnobNames.map((name) => [name, 'f32'])) as Record<GrpoKnob, 'f32'>;
/**
 * A replica's knobs in the inputs, the share that each of its tokens has in a mean of tokens, and how many tokens the
 * covariance singles out.
 */
export const lossKnobRecord = inputRecord('LossKnobs', { ...knobFields, tokenWeight: 'f32', singledOut: 'u32' });
/** A response in the inputs: its advantage, the weight of each of its tokens' losses (0: not in the loss), its tokens. */
export const responseRecord = inputRecord('Response', { advantage: 'f32', weight: 'f32', length: 'u32' });

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
  clipFraction: 'f32(policy.clipped)',
  samplingMismatch: 'abs(sampled - old)',
  stalenessKl: 'sampled - old',
  rolloutCorrectionWeight: 'policyWeight',
  'ratio.max': 'ratio',
  'ratio.sequence': 'exp(sequenceLogRatio)',
};

const isPolicyLoss = (kind: PolicyLossKind): string => `kind == ${policyLosses.indexOf(kind)}u`;

/**
 * The policy loss of one token, as `policyLoss` of engines/reference, with its slope by hand. At a tie of maximum or
 * minimum the first argument gets the gradient.
 */
const policyLossFunction = /* wgsl */ `
struct PolicyTerm { value: f32, slope: f32, clipped: bool }
fn policyTerm(kind: u32, knobs: LossKnobs, advantage: f32, logProb: f32, difference: f32, singledOut: bool) -> PolicyTerm {
  let d = clamp(difference, -${logRatioLimit}, ${logRatioLimit});
  let ratio = exp(d);
  let inside = abs(difference) <= ${logRatioLimit};
  let plain = -advantage * ratio;
  if (${isPolicyLoss('gpg')}) { return PolicyTerm(-advantage * logProb, -advantage, false); }
  if (${isPolicyLoss('sapo')}) {
    let temperature = select(knobs.sapoNegative, knobs.sapoPositive, advantage > 0);
    let gate = 1 / (1 + exp(-temperature * (ratio - 1)));
    return PolicyTerm(-gate * 4 / temperature * advantage, select(0, plain * 4 * gate * (1 - gate), inside), false);
  }
  if (${isPolicyLoss('kl-cov')}) {
    let penalty = select(0, knobs.klCovCoefficient, singledOut);
    return PolicyTerm(plain + penalty * abs(d), select(0, plain + penalty * sign(d), inside), false);
  }
  let lowest = 1 - knobs.clipLow;
  let highest = 1 + knobs.clipHigh;
  let below = min(ratio, highest);
  let within = max(below, lowest);
  if (${isPolicyLoss('cispo')}) {
    return PolicyTerm(-within * advantage * logProb, -within * advantage, ratio != within);
  }
  if (${isPolicyLoss('clip-cov')} && singledOut) { return PolicyTerm(0, 0, true); }
  let bounded = -advantage * within;
  let cap = select(${unbounded}, -advantage * knobs.dualClip, advantage < 0);
  let moves = plain >= bounded || (below >= lowest && ratio <= highest);
  let passes = max(plain, bounded) <= cap && moves && inside;
  return PolicyTerm(min(max(plain, bounded), cap), select(0, plain, passes), bounded > plain);
}`;

/** The row's part of a scalar, whose sum over the rows it is. */
function scalarPart(name: GrpoScalar): string {
  const term = `(${scalarTerms[name]})`;
  switch (scalarSpecifications[name].over) {
    case 'loss':
      return `weight * ${term}`;
    case 'tokens':
      return `tokenWeight * ${term}`;
    case 'decisiveTokens':
      return `select(0, ${term} / f32(call.sequences), response == call.decisive)`;
    case 'largest':
      return `select(0, ${term}, mask > 0 && advantage != 0)`;
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
      /** In logProbs: columns of `rowColumns`; `none` where there is no such column. */
      reference: 'u32',
      /** None: the policy before the step is this one. */
      old: 'u32',
      takenAsOld: 'u32',
      sequenceLogRatio: 'u32',
      policyWeight: 'u32',
      singledOut: 'u32',
      /** An index of `policyLosses`. */
      policyLoss: 'u32',
      /** 1: the KL estimate is weighed by the ratio. */
      klCorrection: 'u32',
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
${policyLossFunction}
// What lies there after a response's end is nobody's.
fn columnOr(column: u32, row: u32, mask: f32, otherwise: f32) -> f32 {
  if (column == ${none}u || mask == 0) { return otherwise; }
  return logProbs[column + row];
}
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

  let sampled = bitcast<f32>(inputs[call.sampled + row]);
  let old = columnOr(call.old, row, mask, logProb);
  let policyWeight = columnOr(call.policyWeight, row, mask, 1);
  let sequenceLogRatio = columnOr(call.sequenceLogRatio, row, mask, 0);
  let isSingledOut = columnOr(call.singledOut, row, mask, 0) > 0;
  let difference = logProb - columnOr(call.takenAsOld, row, mask, old);
  let ratio = exp(clamp(difference, -${logRatioLimit}, ${logRatioLimit}));
  let policy = policyTerm(call.policyLoss, knobs, advantage, logProb, difference, isSingledOut);
  let policyLoss = policyWeight * policy.value;
  var slope = policyWeight * policy.slope;

  let d0 = logProb - logProbs[call.reference + row];
  let d = clamp(d0, -${logRatioLimit}, ${logRatioLimit});
  var estimates = ${klArray('value')};
  var slopes = ${klArray('slope')};
  let kl = knobs.klCoefficient;
  let entropyCoefficient = knobs.entropyCoefficient;
  let smoothing = knobs.labelSmoothing;
  let klWeight = select(1, ratio, call.klCorrection == 1u);
  let total = policyLoss + kl * klWeight * estimates[call.estimator] - entropyCoefficient * tempered.x - smoothing * tempered.y;
  if (abs(d0) <= ${logRatioLimit}) { slope += kl * klWeight * slopes[call.estimator]; }
  if (call.klCorrection == 1u && abs(difference) <= ${logRatioLimit}) { slope += kl * ratio * estimates[call.estimator]; }

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
