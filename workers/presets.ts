import type { Expectation, Lab, Preset } from '../src/core/labs/lab.js';
import type { Config } from '../src/core/parameters.js';
import type { Environment } from './backend/engine.js';
import { train } from './headless.js';

export { configure } from '../src/core/labs/configure.js';
export { labs } from '../src/core/labs/index.js';

/** What one expectation of a preset came to. */
export interface Outcome {
  readonly expectation: Expectation;
  /** One a seed. */
  readonly values: readonly number[];
  readonly mean: number;
  /** The farthest that the mean may lie from the expected one: two standard deviations, at least .08. */
  readonly tolerance: number;
  readonly holds: boolean;
}

export interface PresetCheck {
  readonly preset: string;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly { readonly id: string; readonly step: number; readonly replicas: number }[];
  /** Findings that the preset promises and that did not come, or that came although it promises none. */
  readonly wrongFindings: readonly string[];
}

/** Trains a preset over the seeds of `config` (its replicas) and holds it to what it promises. */
export async function checkPreset(lab: Lab, preset: Preset, config: Config, environment: Environment): Promise<PresetCheck> {
  const rows: { step: number; metrics: Readonly<Record<string, readonly (number | null)[]>> }[] = [];
  const findings: { id: string; step: number; replicas: number }[] = [];
  const { seconds } = await train(lab, config, environment, {
    row: (step, metrics) => rows.push({ step, metrics }),
    finding: ({ id, step, replicas }) => findings.push({ id, step, replicas: replicas.length }),
    note: () => undefined,
  });
  const replicas = Number(config['replicas']);
  const outcomes = preset.expected.map((expectation): Outcome => {
    const values = Array.from({ length: replicas }, (_, replica) => {
      const series = rows.flatMap(({ step, metrics }) => {
        const value = metrics[expectation.metric]?.[replica] ?? null;
        return value === null ? [] : [{ step, value }];
      });
      return summarise(series, expectation.at);
    });
    const mean = average(values);
    const tolerance = Math.max(2 * expectation.sd, 0.08);
    const { within } = expectation;
    const inside = within ? values.filter((value) => value >= within.low && value <= within.high).length : replicas;
    const enough = !within || inside >= Math.min(within.seeds, replicas);
    return { expectation, values, mean, tolerance, holds: enough && Math.abs(mean - expectation.mean) <= tolerance };
  });
  const promised = preset.findings ?? [];
  const missing = promised.filter((id) => !findings.some((finding) => finding.id === id));
  const unexpected = promised.length === 0 && preset.findings ? findings.map(({ id }) => id) : [];
  return { preset: preset.id, seconds, outcomes, findings, wrongFindings: [...missing, ...unexpected] };
}

function summarise(series: readonly { step: number; value: number }[], at: Expectation['at']): number {
  if (at === 'final') return series.at(-1)?.value ?? NaN;
  if (at === 'best') return Math.max(...series.map(({ value }) => value));
  const [from, to] = at;
  return average(series.filter(({ step }) => step >= from && step <= to).map(({ value }) => value));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
      .filter((b) => a.expectation.metric === b.expectation.metric && a.expectation.mean > b.expectation.mean + 0.08 && a.mean <= b.mean)
      .map((b) => `${a.preset} should end above ${b.preset} in ${a.expectation.metric}`),
  );
}
