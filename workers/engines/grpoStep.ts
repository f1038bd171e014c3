/**
 * The GRPO step, specified once: its per-replica knobs, its scalars, its limits and its aggregations, in the order in
 * which every engine lays them out. The kernels' constants are generated from here: those of WGSL in webgpu/, those of
 * AssemblyScript by scripts/kernels.mjs, which runs this file by itself, so that it imports types alone.
 */

export interface KnobSpecification {
  /** The value that changes nothing; of a knob that one kind of loss alone reads, its usual value. */
  readonly neutral: number;
  /** A bound: where it is neutral there is none, which kernels are told by `unbounded`. */
  readonly bound?: true;
  /** Where it is not neutral, a token has a loss whatever its advantage is. */
  readonly ownLoss?: true;
}

/** The loss's knobs that every replica has a value of its own of, in the order of the kernels' records. */
export const grpoKnobs = {
  /** Of the distribution whose log-probabilities are compared. */
  temperature: { neutral: 1 },
  /** β of β · KL(policy ‖ reference). */
  klCoefficient: { neutral: 0, ownLoss: true },
  /** c of −c · entropy. */
  entropyCoefficient: { neutral: 0, ownLoss: true },
  /** ε of −ε · mean log-probability over the vocabulary. */
  labelSmoothing: { neutral: 0, ownLoss: true },
  /** The ratio stays above 1 − clipLow; Infinity = no bound. */
  clipLow: { neutral: Infinity, bound: true },
  /** The ratio stays below 1 + clipHigh; Infinity = no bound. */
  clipHigh: { neutral: Infinity, bound: true },
  /** A negative advantage costs at most dualClip · |advantage|; 0 = no cap. */
  dualClip: { neutral: 0, bound: true },
  /** `clip-cov`, `kl-cov`: the share of tokens that their covariance singles out; one token at least. */
  covarianceShare: { neutral: 2e-4 },
  /** `clip-cov`: singles out tokens whose covariance is above this, and below `covarianceHigh`. */
  covarianceLow: { neutral: 1 },
  covarianceHigh: { neutral: 5 },
  /** `kl-cov`: of |log-ratio| of what is singled out. */
  klCovCoefficient: { neutral: 0.1 },
  /** `sapo`: the gate's temperature where the advantage is positive, and where it is not. */
  sapoPositive: { neutral: 1 },
  sapoNegative: { neutral: 1.05 },
  /** The largest weight that the correction of the rollout gives, or lets through. */
  rolloutCorrectionThreshold: { neutral: 2 },
} as const satisfies Readonly<Record<string, KnobSpecification>>;

export type GrpoKnob = keyof typeof grpoKnobs;
export const grpoKnobNames = namesOf(grpoKnobs);

interface ScalarSpecification {
  /**
   * What it is a mean of, over one replica's mini-batch. `loss`: of its responses by `aggregation`; `tokens`: of all
   * tokens; `decisiveTokens`: of each response's token at the decisive position, NaN where responses are shorter than
   * that; `update`: of nothing, it is one number an update. `largest`: no mean, but the largest of the tokens whose
   * advantage is not 0, at least 0.
   */
  readonly over: 'loss' | 'tokens' | 'decisiveTokens' | 'update' | 'largest';
  /**
   * Which inner epochs it tells of: the first, or the mean or the largest of all; of an epoch's mini-batches it is the
   * mean, or the largest. Only what is 0 of a token without a loss can be a mean of all: after the first epoch, engines
   * may leave such tokens out.
   */
  readonly epochs: 'first' | 'mean' | 'largest';
}

const lossScalars = {
  loss: { over: 'loss', epochs: 'first' },
  policyLoss: { over: 'loss', epochs: 'first' },
  entropy: { over: 'tokens', epochs: 'first' },
  entropyAtT1: { over: 'tokens', epochs: 'first' },
  'entropy.decisive': { over: 'decisiveTokens', epochs: 'first' },
  kl: { over: 'tokens', epochs: 'first' },
  clipFraction: { over: 'tokens', epochs: 'mean' },
  /** |log-probability when it was sampled − that of the policy before the step|, nats. */
  samplingMismatch: { over: 'tokens', epochs: 'first' },
  /** log-probability when it was sampled − that of the policy before the step: KL(sampler ‖ trainer), nats. */
  stalenessKl: { over: 'tokens', epochs: 'first' },
  rolloutCorrectionWeight: { over: 'tokens', epochs: 'first' },
  /** Of new to old probability: of a token, and the geometric mean of a response's. */
  'ratio.max': { over: 'largest', epochs: 'largest' },
  'ratio.sequence': { over: 'largest', epochs: 'largest' },
} as const satisfies Readonly<Record<string, ScalarSpecification>>;

/** What a step tells of each replica. */
export const scalarSpecifications = {
  ...lossScalars,
  /** Before clipping. */
  gradNorm: { over: 'update', epochs: 'mean' },
} as const satisfies Readonly<Record<string, ScalarSpecification>>;

export type GrpoScalar = keyof typeof lossScalars;
export type StepScalar = keyof typeof scalarSpecifications;
/** The scalars that the loss finds, in the order of their sums. */
export const grpoScalars = namesOf(lossScalars);
/** What a training step reports, in the order of its rows. The loss's scalars come first. */
export const stepScalars = namesOf(scalarSpecifications);

/** The row of a scalar in `[stepScalars.length, R]`. */
export function scalarRow(name: StepScalar): number {
  return stepScalars.indexOf(name);
}

/** Log-ratios of probabilities are held within ± this, and have no gradient outside. */
export const logRatioLimit = 20;

/** Stands for 'no bound' in kernels; finite, so that no backend makes NaN of it. */
export const unbounded = 1e30;

/** In kernels an estimator is its index. */
export const klEstimators = ['k1', 'k2', 'k3'] as const;
export type KlEstimator = (typeof klEstimators)[number];
/** The estimator of the scalar `kl`, whatever the loss takes. */
export const reportedKl = 'k3' satisfies KlEstimator;

export const aggregations = ['token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum', 'seq-mean-token-sum-norm'] as const;
export type Aggregation = (typeof aggregations)[number];

/**
 * What the ratio ρ of new to old probability makes of the advantage A. `clip`: PPO's clipped loss (Schulman et al. 2017);
 * `gspo`: that of the response's geometric mean of ρ (Zheng et al. 2025); `cispo`: −sg(clip(ρ)) · A · log π (MiniMax 2025);
 * `clip-cov`: as `clip`, but tokens of high covariance have no loss; `kl-cov`: −ρ · A, and those tokens pay
 * |log ρ| (both Cui et al. 2025); `gpg`: −A · log π (Chu et al. 2025); `sapo`: −A · a sigmoid gate of ρ (Gao et al. 2025).
 * In kernels a kind is its index.
 */
export const policyLosses = ['clip', 'gspo', 'cispo', 'clip-cov', 'kl-cov', 'gpg', 'sapo'] as const;
export type PolicyLossKind = (typeof policyLosses)[number];

/** Whether some tokens are singled out by the covariance of their log-probability and advantage. */
export function singlesOut(kind: PolicyLossKind): boolean {
  return kind === 'clip-cov' || kind === 'kl-cov';
}

/**
 * What weighs a token's policy loss, of w = old probability / probability when it was sampled: `token-truncate`:
 * min(w, threshold); `sequence-truncate`: min(Π w, threshold), one weight a response; `sequence-mask`: Π w, or 0 where it
 * is above the threshold (TRL `vllm_importance_sampling_mode`; Yao et al. 2025). In kernels a kind is its index.
 */
export const rolloutCorrections = ['off', 'token-truncate', 'sequence-truncate', 'sequence-mask'] as const;
export type RolloutCorrection = (typeof rolloutCorrections)[number];

/** What AdamW reads of one replica's update, in the order of the cpu kernels' record; each correction is 1 − βᵗ. */
export const adamWFields = [
  'learningRate', 'weightDecay', 'maxGradNorm', 'beta1', 'beta2', 'epsilon', 'correction1', 'correction2',
] as const;

const mostInnerEpochs = 8;
const mostSteps = 2 ** 20;

/** The step that an inner epoch of a mini-batch makes its draws under, both counted from 0: each has draws of its own. */
export function drawStep(step: number, epoch: number, miniBatch: number): number {
  return (miniBatch * mostSteps + step) * mostInnerEpochs + epoch;
}

/** Whether a replica's tokens have a loss even where their advantage is 0. */
export function hasOwnLoss(
  knobs: Readonly<Record<GrpoKnob, readonly number[]>> & { readonly policyLoss: PolicyLossKind },
  replica: number,
): boolean {
  if (knobs.policyLoss === 'kl-cov') return true;
  return grpoKnobNames.some((name) => {
    const { neutral, ownLoss }: KnobSpecification = grpoKnobs[name];
    return ownLoss && knobs[name][replica] !== neutral;
  });
}

/** The knob as kernels take it. */
export function kernelKnob(name: GrpoKnob, value: number): number {
  const { neutral, bound }: KnobSpecification = grpoKnobs[name];
  return bound ? Math.min(value === neutral ? Infinity : value, unbounded) : value;
}

/** How many tokens the covariance singles out, of so many: as verl `compute_policy_loss_clip_cov` and `…_kl_cov`. */
export function singledOutTokens(share: number, tokens: number): number {
  return Math.max(Math.floor(Math.fround(share) * tokens), 1);
}

/** How many tokens of each replica are in the loss, of `lengths` and flags `inLoss` `[R, B]`. */
export function tokensInLoss(lengths: Int32Array, inLoss: Int32Array, replicas: number): number[] {
  const tokens = new Array<number>(replicas).fill(0);
  const batch = lengths.length / replicas;
  for (let i = 0; i < lengths.length; i++) if (inLoss[i]) tokens[Math.floor(i / batch)]! += lengths[i]!;
  return tokens;
}

/** One replica's mini-batch, by what its means are taken over. */
export interface BatchCounts {
  /** Of all responses. */
  readonly tokens: number;
  readonly responses: number;
  /** Whether responses may be long enough to have a decisive position. */
  readonly hasDecisive: boolean;
}

/** The derivative of `aggregate` (engines/reference) by the value of one token. */
export function tokenWeight(
  aggregation: Aggregation,
  { length, tokens, responses, maxLength }: Omit<BatchCounts, 'hasDecisive'> & {
    /** Tokens of its own response. */
    readonly length: number;
    /** The divisor of `seq-mean-token-sum-norm`. */
    readonly maxLength: number;
  },
): number {
  switch (aggregation) {
    case 'token-mean':
      return 1 / Math.max(tokens, 1);
    case 'seq-mean-token-mean':
      return 1 / (responses * Math.max(length, 1));
    case 'seq-mean-token-sum':
      return 1 / responses;
    case 'seq-mean-token-sum-norm':
      return 1 / (responses * maxLength);
  }
}

/** What the sum of a scalar over a batch is divided by; NaN where there is nothing to take a mean of. */
export function scalarDivisor(name: StepScalar, { tokens, responses, hasDecisive }: BatchCounts): number {
  switch (scalarSpecifications[name].over) {
    case 'loss':
    case 'update':
    case 'largest':
      return 1;
    case 'tokens':
      return tokens;
    case 'decisiveTokens':
      return hasDecisive ? responses : NaN;
  }
}

/** A gradient step of an update: which inner epoch, counted from 0, and which of the epoch's mini-batches it is. */
export interface GradientStep {
  readonly epoch: number;
  readonly miniBatch: number;
  readonly innerEpochs: number;
  readonly miniBatches: number;
}

/** The share that a gradient step has in a scalar's mean; 0 where the scalar does not tell of it. */
export function stepShare(name: StepScalar, { epoch, innerEpochs, miniBatches }: GradientStep): number {
  if (scalarSpecifications[name].epochs === 'first') return epoch === 0 ? 1 / miniBatches : 0;
  return 1 / (innerEpochs * miniBatches);
}

/** A scalar after a gradient step in which it was `value`; `before` is what it was after the one before. */
export function afterStep(name: StepScalar, before: number, value: number, step: GradientStep): number {
  const soFar = step.epoch === 0 && step.miniBatch === 0 ? 0 : before;
  if (scalarSpecifications[name].epochs === 'largest') return Math.max(soFar, value);
  const share = stepShare(name, step);
  return share === 0 ? soFar : soFar + value * share;
}

/** A name as kernels spell it: `entropy.decisive` is `entropyDecisive`. */
export function kernelName(name: string): string {
  return name.replace(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The specification as a module of AssemblyScript: assembly/grpoStep. */
export function assemblySource(): string {
  const block = (head: string, lines: readonly string[]): string => [`${head} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n');
  return [
    '/** Generated from workers/engines/grpoStep.ts by scripts/kernels.mjs. */',
    `export const logRatioLimit: f32 = ${logRatioLimit};`,
    `export const unbounded: f32 = ${unbounded};`,
    '/** One replica\'s knobs of the loss in memory. */',
    '@unmanaged',
    block('export class GrpoKnobs', grpoKnobNames.map((name) => `${name}: f32;`)),
    '/** One replica\'s knobs of AdamW in memory. */',
    '@unmanaged',
    block('export class AdamWKnobs', adamWFields.map((name) => `${name}: f64;`)),
    '/** Which of the sums of `totals` each scalar is. */',
    block('export enum Scalar', grpoScalars.map((name, i) => `${kernelName(name)} = ${i},`)),
    `export const scalarCount: i32 = ${grpoScalars.length};`,
    block('export enum KlEstimator', klEstimators.map((name, i) => `${name} = ${i},`)),
    block('export enum PolicyLoss', policyLosses.map((name, i) => `${kernelName(name)} = ${i},`)),
    `export const reportedKl: i32 = KlEstimator.${reportedKl};`,
    '',
  ].join('\n');
}

function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(record) as Name[];
}
