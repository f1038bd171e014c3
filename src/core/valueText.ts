import type { Lab } from './labs/lab.js';
import type { Values } from './messages/messages.js';
import { formatNumber } from './numberFormat.js';
import type { Value } from './parameters.js';
import type { ChangedKnob } from './protocol.js';

type Translate = (id: string, values?: Values) => string;

/** A knob's value as its control shows it; an option without a message, as of a file that another version wrote, by its own name. */
export function valueText(key: string, value: Value, t: Translate): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return t(value ? 'switch.on' : 'switch.off');
  const id = `option.${key}.${value}`;
  const text = t(id);
  return text === id ? value : text;
}

/** `Learning rate 6e-3` */
export function settingText(key: string, value: Value, t: Translate): string {
  return `${t(`parameter.${key}`)} ${valueText(key, value, t)}`;
}

/** `Learning rate 1e-3 → 3e-3` */
export function turnText(key: string, from: Value, to: Value, t: Translate): string {
  return `${settingText(key, from, t)} → ${valueText(key, to, t)}`;
}

/** What changed as a run trained: `Learning rate 1e-3 → 3e-3`, `Training phase RCE → GRPO`. */
export function changeText({ parameters }: Lab, { key, from, to }: ChangedKnob, t: Translate): string {
  const isKnob = parameters.some((parameter) => parameter.key === key);
  return isKnob ? turnText(key, from!, to!, t) : `${t(key)} ${t(`${key}.${from}`)} → ${t(`${key}.${to}`)}`;
}
