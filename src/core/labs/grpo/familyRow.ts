import type { RunSeries } from '../../series/runSeries.js';

/** What a table says of one population. */
export interface FamilyRow {
  /** The last score: mean and sample standard deviation over seeds. */
  readonly mean: number;
  readonly sd: number;
  /** The first step at which the mean score is at least `reached`; undefined where it never was. */
  readonly reachedAt: number | undefined;
  /** Responses that a replica sampled for its updates, generated groups included. */
  readonly samples: number;
}

/** The score that counts as reached. */
export const reached = 0.8;

/** @param samplesPerStep of a step that generates its groups once */
export function familyRow(
  series: RunSeries, { score, replicas, rolloutN, samplesPerStep }: { score: string; replicas: number; rolloutN: number; samplesPerStep: number },
): FamilyRow {
  const scores = (point: number): number[] => Array.from({ length: replicas }, (_, k) => series.value(score, point, k));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const points = series.points(score);
  const last = scores(points - 1);
  const average = mean(last);
  const first = Array.from({ length: points }, (_, point) => point).find((point) => mean(scores(point)) >= reached);
  let samples = Math.max(series.lastStep, 0) * samplesPerStep;
  if (series.has('generatedGroups')) {
    samples = 0;
    for (let point = 0; point < series.points('generatedGroups'); point++) {
      samples += rolloutN * mean(Array.from({ length: replicas }, (_, k) => series.value('generatedGroups', point, k)));
    }
  }
  return {
    mean: average,
    sd: Math.sqrt(last.reduce((sum, value) => sum + (value - average) ** 2, 0) / (replicas - 1)),
    reachedAt: first === undefined ? undefined : series.step(score, first),
    samples: Math.round(samples),
  };
}
