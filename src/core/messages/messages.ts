/**
 * The message catalogue: every text that a person sees. English defines the ids; Chinese has the same ones, which the
 * compiler checks. A placeholder is `{name}`. A language is loaded before its first text is asked for, so that a page
 * fetches only the one that it shows.
 */
import type { english } from './en/index.js';

export type MessageId = keyof typeof english;
export type Language = 'en' | 'zh';
export type Values = Readonly<Record<string, string | number>>;

type Catalogue = Readonly<Record<string, string>>;

const sources: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('./en/index.js')).english,
  zh: async () => (await import('./zh/index.js')).chinese,
};
const loaded = new Map<Language, Catalogue>();

/** Makes the texts of a language available. Rejects where they cannot be fetched; may be asked again. */
export async function loadLanguage(language: Language): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await sources[language]());
}

/** Whether the catalogue has this id, for ids made from a parameter's or a metric's own. */
export function hasMessage(id: string): id is MessageId {
  return [...loaded.values()].some((catalogue) => Object.hasOwn(catalogue, id));
}

/** The text of a message with its placeholders filled in; the id itself if there is no such message. */
export function message(language: Language, id: string, values: Values = {}): string {
  const catalogue = loaded.get(language);
  if (!catalogue) throw new Error(`the language '${language}' is not loaded`);
  if (!Object.hasOwn(catalogue, id)) return id;
  return catalogue[id]!.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}
