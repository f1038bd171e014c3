import type { Values } from '../../core/messages/messages.js';
import type { Metric } from '../../core/metrics.js';
import { formatNumber } from '../../core/numberFormat.js';
import type { Difference, Spread } from '../../core/run/compare.js';
import { formatMeasured } from '../format.js';

type Translate = (id: string, values?: Values) => string;

export const nothing = '–';

/** What is smaller is an error of rounding: runs that differ by nothing else are the same. */
const least = 1e-12;

/** `0.64`; a rate in three digits. */
function measured({ unit }: Metric, exact: number): string {
  const value = Math.abs(exact) < least ? 0 : exact;
  return (unit === 'rate' ? formatNumber(Number(value.toPrecision(3))) : formatMeasured(value)).replace(/^-/, '−');
}

/** `0.64 ± 0.02 SD`; without a deviation where there is one seed. */
export function spreadText(metric: Metric, spread: Spread | undefined, t: Translate): string {
  if (!spread) return nothing;
  const mean = measured(metric, spread.mean);
  return Number.isNaN(spread.sd) ? mean : t('shelf.spread', { mean, sd: measured(metric, spread.sd) });
}

/** `+0.12 ± 0.03 at 95%`, and where fewer than two seeds are paired how many. */
export function differenceText(metric: Metric, { mean, band, pairs }: Difference, t: Translate): string {
  const difference = `${mean >= least ? '+' : ''}${measured(metric, mean)}`;
  if (pairs > 1) return t('shelf.paired', { difference, band: measured(metric, band) });
  return t(pairs === 1 ? 'shelf.onePair' : 'shelf.noPair', { difference });
}

/** When a run was started, short enough for a table. */
export function timeText(created: number, language: string): string {
  return new Date(created).toLocaleString(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}
