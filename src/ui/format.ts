import { formatNumber } from '../core/numberFormat.js';

/** `1.23e-3`: a number in at most 7 characters, rounded where it would take more. */
export function shortNumber(value: number): string {
  let text = formatNumber(value);
  for (let digits = 6; text.length > 7; digits--) text = formatNumber(Number(value.toPrecision(digits)));
  return text;
}

export function formatRate(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

/** When a run was started, short enough for a table. */
export function timeText(created: number, language: string): string {
  return new Date(created).toLocaleString(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}
