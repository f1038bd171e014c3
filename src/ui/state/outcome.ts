import type { Values } from '../../core/messages/messages.js';
import { formatMeasured } from '../../core/numberFormat.js';
import type { Run } from './run.svelte.js';

type Translate = (id: string, values?: Values) => string;

/**
 * What is said of a run besides its findings: that it is being watched, or how it ended and what its score came to. That
 * nothing was found is told of a run that is over only where it went to its end, and never that all is well.
 */
export function outcomeText(run: Run, t: Translate): string {
  const { state, step, steps } = run.head;
  const count = run.origin.lab.detectors.filter(({ applies }) => applies(run.config)).length;
  if (run.elsewhere || state === 'preparing' || state === 'running' || state === 'paused') {
    return run.findings.length > 0 ? '' : t('findings.noneYet', { count });
  }
  const ended = t(`outcome.${state}`, { step, steps });
  const watched = state === 'finished' && run.findings.length === 0 ? t('findings.none', { count }) : '';
  return ended + scoreText(run, t) + watched;
}

/** From what to what the score went, mean over seeds. */
function scoreText(run: Run, t: Translate): string {
  // Read where its measurements have grown, or come from the archive.
  void run.version;
  const metric = run.origin.lab.score(run.config);
  const { series, replicas } = run;
  const points = series.points(metric);
  if (points === 0) return run.loaded ? t('outcome.unmeasured') : '';
  const meanAt = (point: number): string => {
    let sum = 0;
    for (let replica = 0; replica < replicas; replica++) sum += series.value(metric, point, replica);
    return formatMeasured(sum / replicas);
  };
  const id = replicas === 1 ? 'outcome.score' : 'outcome.scoreOfSeeds';
  return t(id, { score: t(`metric.${metric}`), from: meanAt(0), to: meanAt(points - 1), count: replicas });
}
