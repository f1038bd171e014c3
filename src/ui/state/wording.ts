import type { Evidence } from '../../core/findings/detector.js';
import type { Values } from '../../core/messages/messages.js';
import { formatMeasured, formatNumber } from '../../core/numberFormat.js';
import type { NumberRange, Value } from '../../core/parameters.js';
import type { Problem } from '../../core/problem.js';
import type { Note } from '../../core/protocol.js';
import { valueText } from '../../core/valueText.js';

type Translate = (id: string, values?: Values) => string;
type Optional = (id: string) => string | undefined;

export function rangeText({ min, max, zero, values }: NumberRange, t: Translate): string {
  if (values) return values.map(formatNumber).join(t('page.listSeparator'));
  return t(zero && min > 0 ? 'range.zeroOr' : 'range.between', { min: formatNumber(min), max: formatNumber(max) });
}

/** Which field, what came, what is right, and what it is now. */
export function problemText(problem: Problem, t: Translate, optional: Optional): string {
  const { key, received, expected, kept, reason } = problem;
  const id = reason === 'unknown' && expected !== undefined ? 'problem.unknown.guess' : `problem.${reason}`;
  const text = t(id, {
    key: optional(`parameter.${key}`) ?? key,
    received,
    expected: expectedText(problem, t),
  });
  return kept === undefined ? text : text + t('problem.kept', { kept: keptText(kept, t) });
}

function expectedText({ reason, expected = '' }: Problem, t: Translate): string {
  if (typeof expected === 'object') return rangeText(expected, t);
  return reason === 'wrong-kind' ? t(`kind.${expected}`) : expected;
}

/** A link spells options by their ids, so they are told by these. */
function keptText(value: Value, t: Translate): string {
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'boolean' ? t(value ? 'switch.on' : 'switch.off') : value;
}

/**
 * The numbers behind a finding as texts tell them: each as it was measured, learning rates as they are set, and as a
 * percentage under `<name>Percent`.
 */
export function evidenceValues({ values }: Evidence): Values {
  const told = (name: string, value: number): string => {
    if (/rate$/i.test(name)) return formatNumber(Number(value.toPrecision(2)));
    return Number.isInteger(value) ? String(value) : formatMeasured(value).replace('-', '−');
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [name, told(name, value)],
      [`${name}Percent`, Math.round(100 * value)],
    ]),
  );
}

/** What did not go as asked in a run. The worker names engines, metrics and knobs by their ids. */
export function noteText({ id, values = {} }: Note, t: Translate, optional: Optional): string {
  const worded = Object.entries(values).map(([name, value]) => {
    if (name === 'engine' || name === 'used') return [name, valueText('engine', value, t)];
    if (name === 'lower') {
      const keys = String(value).split(' ');
      return [name, keys.map((key) => optional(`parameter.${key}`) ?? key).join(t('page.listSeparator'))];
    }
    return [name, name === 'what' ? (optional(`metric.${value}`) ?? value) : value];
  });
  return t(id, Object.fromEntries(worded) as Values);
}
