import { nearest } from './nearest.js';
import { formatNumber } from './numberFormat.js';
import { rangeOf, type Config, type NumberRange, type Parameter, type Value } from './parameters.js';
import type { Problem } from './problem.js';

/** Digits, points and signs as a Chinese keyboard may give them, `１．５`, in their usual form. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value as links and the command line spell it, and `checkValue` reads it. */
export function writeValue(value: Value): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value;
}

type Checked = { value: Value; problem?: undefined } | { value?: undefined; problem: Problem };

/** Reads one value as it comes from a link, a text field, the command line or JSON. */
export function checkValue(parameter: Parameter, received: unknown): Checked {
  const text = typeof received === 'string' ? received.trim() : JSON.stringify(received) ?? String(received);
  const wrong = (reason: Problem['reason'], expected?: NumberRange | string): Checked => ({
    problem: { key: parameter.key, received: text.slice(0, 80), reason, ...(expected === undefined ? {} : { expected }) },
  });
  if (parameter.kind === 'number') {
    const range = rangeOf(parameter);
    const written = toHalfWidth(text);
    if (written === '') return wrong('empty', range);
    if (!numberForm.test(written)) return wrong(numberForm.test(written.replaceAll(',', '')) ? 'comma' : 'not-a-number', range);
    const value = Number(written);
    if (!Number.isFinite(value)) return wrong('out-of-range', range);
    if (parameter.integer && !Number.isInteger(value)) return wrong('not-an-integer', range);
    if (parameter.zero && value === 0) return { value: 0 };
    const right = parameter.values ? parameter.values.includes(value) : value >= parameter.min && value <= parameter.max;
    if (!right) return wrong('out-of-range', range);
    return { value };
  }
  if (parameter.kind === 'choice') {
    return parameter.options.includes(text) ? { value: text } : wrong('not-an-option', parameter.options.join(', '));
  }
  if (received === true || text === 'on' || text === 'true') return { value: true };
  if (received === false || text === 'off' || text === 'false') return { value: false };
  return wrong('not-a-switch');
}

/**
 * Puts values from outside over a valid config. A wrong one leaves the field as it was and is reported; a value that
 * the rest of the config does not allow (a warm start of another task) gives way to the nearest that it does.
 */
export function applyValues(
  parameters: readonly Parameter[],
  base: Config,
  values: Readonly<Record<string, unknown>>,
): { config: Config; problems: Problem[] } {
  const config: Record<string, Value> = { ...base };
  const problems: Problem[] = [];
  for (const [key, received] of Object.entries(values)) {
    const parameter = parameters.find((candidate) => candidate.key === key);
    if (!parameter) {
      const expected = nearest(key, parameters.map((candidate) => candidate.key));
      problems.push({ key: key.slice(0, 80), received: String(received).slice(0, 80), reason: 'unknown', ...(expected ? { expected } : {}) });
      continue;
    }
    const checked = checkValue(parameter, received);
    if (checked.problem) problems.push({ ...checked.problem, kept: config[key]! });
    else config[key] = checked.value;
  }
  for (const parameter of parameters) {
    const { key } = parameter;
    const value = config[key]!;
    if (parameter.kind === 'choice' && parameter.available) {
      const available = parameter.available(config);
      if (available.includes(String(value))) continue;
      config[key] = available[0]!;
      if (key in values) {
        problems.push({ key, received: String(value), reason: 'not-an-option', expected: available.join(', '), kept: config[key] });
      }
    } else if (parameter.kind === 'number' && parameter.limit) {
      const max = parameter.limit(config);
      if (Number(value) <= max) continue;
      config[key] = max;
      if (key in values) {
        problems.push({ key, received: String(value), reason: 'out-of-range', expected: rangeOf(parameter, max), kept: max });
      }
    }
  }
  return { config, problems };
}
