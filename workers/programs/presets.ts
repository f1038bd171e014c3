import { fitEntropyLaw } from '../../src/core/entropyLaw.js';
import type { Expectation, Lab, Preset } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { Config } from '../../src/core/parameters.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import type { ScheduledChange } from '../../src/core/protocol.js';
import type { Environment } from '../engines/engine.js';
import { train } from './headless.js';
import type { Claim, CountClaim, Moment, Statement } from '../labs/claims.js';
import { claims as biencoderClaims } from '../labs/biencoder/claims.js';
import { claims as grpoClaims } from '../labs/grpo/claims.js';
import { claims as pointerClaims } from '../labs/pointer/claims.js';
import { claims as rewardModelClaims } from '../labs/reward-model/claims.js';

export { configure } from '../../src/core/labs/configure.js';
export { labs } from '../../src/core/labs/index.js';
export { problemLine } from '../../src/core/problem.js';
export { badConfigs, fixCases, isCured, measuredFixes, tryFixes } from './fixes.js';

/** The registry: what each lab's texts rest on beside its presets. */
export const claims: Readonly<Record<string, readonly Claim[]>> = {
  grpo: grpoClaims,
  biencoder: biencoderClaims,
  'reward-model': rewardModelClaims,
  pointer: pointerClaims,
};

/** What one expectation of a preset, or one statement of a claim, came to. */
export interface Outcome<Kind = Expectation> {
  readonly expectation: Kind;
  /** One a seed. */
  readonly values: readonly number[];
  /** The mean of the values, or how many of them lie in the claim's range. */
  readonly measured: number;
  readonly expected: number;
  /** The farthest that `measured` may lie from `expected`. */
  readonly tolerance: number;
  readonly holds: boolean;
}

export interface PresetCheck {
  readonly preset: string;
  /** The engine that trained. */
  readonly engine: string;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly { readonly id: string; readonly step: number; readonly replicas: number }[];
  /** Findings that the preset promises and that did not come, or that came although it promises none. */
  readonly wrongFindings: readonly string[];
}

export interface ClaimCheck {
  readonly claim: string;
  readonly engine: string;
  readonly seconds: number;
  readonly outcomes: readonly Outcome<Statement>[];
  /** Findings that came although the claim rules them out. */
  readonly wrongFindings: readonly string[];
}

interface Run {
  readonly engine: string;
  readonly replicas: number;
  readonly seconds: number;
  readonly series: RunSeries;
  readonly findings: PresetCheck['findings'];
}

/** Means of 5 seeds that end alike differ by less than this. */
const leastTolerance = 0.08;

/** Trains a preset over the seeds of `config` (its replicas) and holds it to what it promises. */
export async function checkPreset(lab: Lab, preset: Preset, config: Config, environment: Environment): Promise<PresetCheck> {
  const run = await measure(lab, config, environment);
  const outcomes = preset.expected.map((expectation): Outcome => {
    const outcome = compare(expectation, valuesAt(run, expectation.metric, expectation.at), expectation.mean, expectation.sd);
    const { within } = expectation;
    return { ...outcome, holds: outcome.holds && (!within || countIn(outcome.values, within) >= Math.min(within.seeds, run.replicas)) };
  });
  const promised = preset.findings ?? [];
  const missing = promised.filter((id) => !run.findings.some((finding) => finding.id === id));
  const unexpected = promised.length === 0 && preset.findings ? run.findings.map(({ id }) => id) : [];
  const { engine, seconds, findings } = run;
  return { preset: preset.id, engine, seconds, outcomes, findings, wrongFindings: [...missing, ...unexpected] };
}

/** Trains a claim's config over the seeds of `config` (its replicas), and the configs that it is compared with. */
export async function checkClaim(lab: Lab, claim: Claim, config: Config, environment: Environment): Promise<ClaimCheck> {
  const run = await measure(lab, config, environment, claim.schedule);
  const outcomes: Outcome<Statement>[] = [];
  for (const statement of claim.expected) {
    const values = valuesAt(run, statement.metric, statement.at);
    if ('seeds' in statement) outcomes.push(count(statement, values));
    else if ('sameAs' in statement) {
      const other = await measure(lab, { ...config, ...statement.sameAs }, environment);
      outcomes.push(compare(statement, values, average(valuesAt(other, statement.metric, statement.at))));
    } else {
      const isStep = typeof statement.at === 'object' && 'reaches' in statement.at;
      const sd = statement.sd ?? (isStep ? runConfig(config).validationEvery : undefined);
      outcomes.push(compare(statement, values, statement.mean, sd));
    }
  }
  const wrongFindings = run.findings.map(({ id }) => id).filter((id) => claim.without?.includes(id));
  return { claim: claim.id, engine: run.engine, seconds: run.seconds, outcomes, wrongFindings };
}

async function measure(lab: Lab, config: Config, environment: Environment, schedule: readonly ScheduledChange[] = []): Promise<Run> {
  const { record, seconds } = await train({ lab, config, schedule }, environment, {});
  const series = new RunSeries(record.seeds.length);
  for (const rows of record.series) series.append(rows);
  const findings = record.findings.map(({ id, step, replicas }) => ({ id, step, replicas: replicas.length }));
  return { engine: record.engine!.id, replicas: record.seeds.length, seconds, series, findings };
}

type Point = { readonly step: number; readonly value: number };

function seriesOf({ series }: Run, metric: string, replica: number): Point[] {
  const points = Array.from({ length: series.points(metric) }, (_, i) => ({ step: series.step(metric, i), value: series.value(metric, i, replica) }));
  return points.filter(({ value }) => Number.isFinite(value));
}

/**
 * A metric at a moment, one value a seed; `entropyLaw.<coefficient>` is fitted to each seed's whole run, and `a - b` is
 * how much one metric is above another.
 */
function valuesAt(run: Run, metric: string, at: Moment): number[] {
  const [above, below] = metric.split(' - ');
  if (below !== undefined) {
    const subtracted = valuesAt(run, below, at);
    return valuesAt(run, above!, at).map((value, replica) => value - subtracted[replica]!);
  }
  const [family, coefficient] = metric.split('.');
  return Array.from({ length: run.replicas }, (_, replica) =>
    family === 'entropyLaw'
      ? (fitLaw(run, replica)?.[coefficient as 'a' | 'b' | 'r2' | 'ceiling'] ?? NaN)
      : summarise(seriesOf(run, metric, replica), at),
  );
}

/** The first rollouts come from the policy that was validated at step 0. */
function fitLaw(run: Run, replica: number): ReturnType<typeof fitEntropyLaw> {
  const entropies = new Map(seriesOf(run, 'entropy.decisive', replica).map(({ step, value }) => [step, value]));
  const rewards = seriesOf(run, 'validation.reward', replica);
  return fitEntropyLaw(rewards.map(({ step, value }) => ({ entropy: entropies.get(Math.max(step, 1)) ?? NaN, reward: value })));
}

function summarise(series: readonly Point[], at: Moment): number {
  if (at === 'final') return series.at(-1)?.value ?? NaN;
  if (at === 'best') return Math.max(...series.map(({ value }) => value));
  if ('reaches' in at) return (series.find(({ value }) => value >= at.reaches) ?? series.at(-1))?.step ?? NaN;
  const [from, to] = at;
  return average(series.filter(({ step }) => step >= from && step <= to).map(({ value }) => value));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean may lie two standard deviations of a run from the expected one, or .08. */
function compare<Kind>(expectation: Kind, values: readonly number[], expected: number, sd = leastTolerance / 2): Outcome<Kind> {
  const measured = average(values);
  const tolerance = Math.max(2 * sd, leastTolerance);
  return { expectation, values, measured, expected, tolerance, holds: Math.abs(measured - expected) <= tolerance };
}

/** The count may lie two standard deviations of a binomial draw from the expected one, or two seeds. */
function count(statement: CountClaim, values: readonly number[]): Outcome<Statement> {
  const share = statement.seeds / statement.of;
  const expected = share * values.length;
  const tolerance = Math.max(2, 2 * Math.sqrt(values.length * share * (1 - share)));
  const measured = countIn(values, statement);
  return { expectation: statement, values, measured, expected, tolerance, holds: Math.abs(measured - expected) <= tolerance };
}

function countIn(values: readonly number[], { low = -Infinity, high = Infinity }: { low?: number; high?: number }): number {
  return values.filter((value) => value >= low && value <= high).length;
}

/**
 * Pairs of presets whose final values come out in another order than they promise. Only means that are promised to
 * differ by more than the tolerance of a mean are compared.
 */
export function wrongOrder(checks: readonly PresetCheck[]): string[] {
  const finals = checks.flatMap(({ preset, outcomes }) =>
    outcomes.filter(({ expectation }) => expectation.at === 'final').map((outcome) => ({ preset, ...outcome })),
  );
  return finals.flatMap((a) =>
    finals
      .filter((b) => a.expectation.metric === b.expectation.metric && a.expected > b.expected + leastTolerance && a.measured <= b.measured)
      .map((b) => `${a.preset} should end above ${b.preset} in ${a.expectation.metric}`),
  );
}

/**
 * Presets that do not beat another in as many seeds as they promise. Only those that were both checked, over equally
 * many seeds, are compared.
 */
export function lostComparisons(checks: readonly PresetCheck[]): string[] {
  return checks.flatMap(({ preset, outcomes }) =>
    outcomes.flatMap(({ expectation: { metric, at, beats }, values }) => {
      const other = checks
        .find((check) => check.preset === beats?.preset)
        ?.outcomes.find(({ expectation }) => expectation.metric === metric && expectation.at === at);
      if (!beats || other?.values.length !== values.length) return [];
      const wins = values.filter((value, seed) => value > other.values[seed]!).length;
      if (wins >= Math.min(beats.seeds, values.length)) return [];
      return [`${preset} should lie above ${beats.preset} in ${metric} in ${beats.seeds} seeds, not ${wins}`];
    }),
  );
}
