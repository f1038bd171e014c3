/**
 * The message catalogue: every text that a person sees. English defines the ids; Chinese has the same ones, which the
 * compiler checks. A placeholder is `{name}`.
 */
import { english } from './en/index.js';
import { chinese } from './zh/index.js';

export type MessageId = keyof typeof english;
export type Language = 'en' | 'zh';
export type Values = Readonly<Record<string, string | number>>;

const catalogues: Record<Language, Record<string, string>> = { en: english, zh: chinese };

/** Whether the catalogue has this id, for ids made from a parameter's or a metric's own. */
export function hasMessage(id: string): id is MessageId {
  return Object.hasOwn(english, id);
}

/** The text of a message with its placeholders filled in; the id itself if there is no such message. */
export function message(language: Language, id: string, values: Values = {}): string {
  const text = catalogues[language][id];
  if (text === undefined) return id;
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}
