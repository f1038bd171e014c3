/** What became of one seed of a cell. */
import type { Lab } from '../labs/lab.js';
import type { RunHead } from '../run/record.js';

export const outcomes = ['learning', 'plateau', 'overfitted', 'collapsed', 'under-trained', 'diverged'] as const;
export type Outcome = (typeof outcomes)[number];

/** Of what healthy runs reach, so much counts as learned; of its own best score, less than so much as lost. */
const learned = 0.9;
const kept = 0.8;

/**
 * The outcome of a run of one seed, by the lab's detectors and its last score: it diverged where something was no longer
 * finite; it learned where it ends at .9 or more of what healthy runs reach; it overfitted, or never left its start, where
 * a finding says so; it collapsed where a finding is an alarm, or where it ends below .8 of its own best; what is left has
 * come to a plateau.
 */
export function outcomeOf(lab: Lab, { config, failure, findings, summary, best }: Pick<RunHead, 'config' | 'failure' | 'findings' | 'summary' | 'best'>): Outcome {
  const has = (id: string): boolean => findings.some((finding) => finding.id === id);
  const final = summary[lab.score(config)]?.final[0] ?? undefined;
  if (failure === 'notFinite' || has('not-finite') || final === undefined) return 'diverged';
  if (has('overfitting')) return 'overfitted';
  if (final >= learned * lab.healthyRun(config).reaches) return 'learning';
  if (has('underfitting')) return 'under-trained';
  const lost = best !== undefined && final < kept * best.score;
  return lost || findings.some(({ severity }) => severity === 'alarm') ? 'collapsed' : 'plateau';
}
