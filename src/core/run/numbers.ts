import type { Values } from '../messages/messages.js';
import type { Metric } from '../metrics.js';
import { formatMetric } from '../numberFormat.js';
import type { Difference, Spread } from './compare.js';

type Translate = (id: string, values?: Values) => string;

export const nothing = '–';

/** What is smaller is an error of rounding: runs that differ by nothing else are the same. */
const least = 1e-12;

/** A value of a metric; what differs from 0 by rounding alone is 0. */
export const metricText = (metric: Metric, value: number): string => formatMetric(metric, Math.abs(value) < least ? 0 : value);

/** `0.64 ± 0.02 SD`; without a deviation where there is one seed. */
export function spreadText(metric: Metric, spread: Spread | undefined, t: Translate): string {
  if (!spread) return nothing;
  const mean = metricText(metric, spread.mean);
  return Number.isNaN(spread.sd) ? mean : t('shelf.spread', { mean, sd: metricText(metric, spread.sd) });
}

/** `+0.12 ± 0.03 at 95%`, and where fewer than two seeds are paired how many; a report has room to say more. */
export function differenceText(metric: Metric, { mean, band, pairs }: Difference, t: Translate, where: 'shelf' | 'report' = 'shelf'): string {
  const difference = `${mean >= least ? '+' : ''}${metricText(metric, mean)}`;
  if (pairs > 1) return t(`${where}.paired`, { difference, band: metricText(metric, band), pairs });
  return t(`${where}.${pairs === 1 ? 'onePair' : 'noPair'}`, { difference });
}
