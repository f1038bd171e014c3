/** What a sweep leaves of each seed of each cell: a line of JSON, after a first one that says what was swept. */
import type { Lab } from '../labs/lab.js';
import type { ConfigChange } from '../parameters.js';
import type { RunHead } from '../run/record.js';
import { version } from '../version.js';
import { outcomeOf, type Outcome } from './outcome.js';

export interface SweepResult {
  readonly cell: ConfigChange;
  readonly seed: number;
  readonly outcome: Outcome;
  /** By metric: the last value, and the highest. */
  readonly final: Readonly<Record<string, number>>;
  readonly best: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly id: string; readonly step: number }[];
  /** Trained. */
  readonly steps: number;
  readonly engine: string;
}

/** The result of a run of one seed. */
export function resultOf(lab: Lab, cell: ConfigChange, head: RunHead): SweepResult {
  const measured = (part: 'final' | 'most'): Record<string, number> =>
    Object.fromEntries(Object.entries(head.summary).flatMap(([metric, values]) => {
      const value = values[part][0];
      return value === null || value === undefined ? [] : [[metric, value]];
    }));
  return {
    cell,
    seed: head.seeds[0]!,
    outcome: outcomeOf(lab, head),
    final: measured('final'),
    best: measured('most'),
    findings: head.findings.map(({ id, step }) => ({ id, step })),
    steps: head.step,
    engine: head.engine!.id,
  };
}

/** The first line of a file of results: the spec as it was written, so that a file is never gone on with under another. */
export function firstLine(spec: unknown): string {
  return JSON.stringify({ sweep: spec, schema: 1, version });
}

export const resultLine = (result: SweepResult): string => JSON.stringify(result);

/** Tells results apart: a cell and a seed. */
export const resultKey = ({ cell, seed }: Pick<SweepResult, 'cell' | 'seed'>): string => JSON.stringify([Object.entries(cell), seed]);

/** A file of results, `whole` up to a last line that was cut off while it was written. Throws a `SyntaxError` where it is none. */
export function readResults(text: string): { readonly spec: unknown; readonly results: readonly SweepResult[]; readonly whole: string } {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').filter((line) => line !== '');
  const head = first === undefined ? undefined : (JSON.parse(first) as { sweep?: unknown });
  if (head !== undefined && !('sweep' in head)) throw new SyntaxError('its first line is not that of a sweep');
  return { spec: head?.sweep, results: lines.map((line) => JSON.parse(line) as SweepResult), whole };
}
