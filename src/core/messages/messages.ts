/**
 * The message catalogue: every text that a person sees, in a part that all labs share and a part of each lab. A lab's
 * own part is asked first, so that two labs can say different things under one id. English defines the ids; Chinese has
 * the same ones, which the compiler checks. A placeholder is `{name}`; `{count|run|runs}` is a word that depends on a
 * number: as it stands with one, and otherwise. Texts are loaded before the first of them is asked for, so that a page
 * fetches only the language and the lab that it shows.
 */
import { labTexts, type Catalogue, type Language } from './labs.js';

export type { Language } from './labs.js';
export type Values = Readonly<Record<string, string | number>>;

const common: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('./en/index.js')).english,
  zh: async () => (await import('./zh/index.js')).chinese,
};
const loaded = new Map<string, Catalogue>();

/** The common part where no lab is given. */
const partKey = (language: Language, lab = ''): string => `${language}/${lab}`;

/** Makes the texts of a language available, with those of a lab. Rejects where they cannot be fetched; may be asked again. */
export async function loadLanguage(language: Language, lab?: string): Promise<void> {
  const load = async (key: string, source: () => Promise<Catalogue>): Promise<void> => {
    if (!loaded.has(key)) loaded.set(key, await source());
  };
  await Promise.all([
    load(partKey(language), common[language]),
    ...(lab === undefined ? [] : [load(partKey(language, lab), async () => (await labTexts[lab]![language]()).texts)]),
  ]);
}

/** Whether the texts of a language are there, with those of a lab. */
export function hasTexts(language: Language, lab?: string): boolean {
  return loaded.has(partKey(language)) && loaded.has(partKey(language, lab));
}

function find(language: Language, id: string, lab: string | undefined): string | undefined {
  const parts = lab === undefined ? [] : [loaded.get(partKey(language, lab))];
  return [...parts, loaded.get(partKey(language))].find((part) => part && Object.hasOwn(part, id))?.[id];
}

/** Whether there is such a text, for ids made from a parameter's or a metric's own. */
export function hasMessage(language: Language, id: string, lab?: string): boolean {
  return find(language, id, lab) !== undefined;
}

/** The text of a message with its placeholders filled in; the id itself if there is no such message. */
export function message(language: Language, id: string, values: Values = {}, lab?: string): string {
  if (!loaded.has(partKey(language))) throw new Error(`the language '${language}' is not loaded`);
  const text = find(language, id, lab);
  return text?.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (placeholder, name: string, one?: string, other?: string) => {
    if (one !== undefined) return plurals[language].select(Number(values[name])) === 'one' ? one : other!;
    return inWords(name, values[name] ?? placeholder);
  }) ?? id;
}

/** The forms that a language has for a number; in Chinese there is one. */
const plurals: Record<Language, Intl.PluralRules> = { en: new Intl.PluralRules('en'), zh: new Intl.PluralRules('zh') };

/** A reason is another program's sentence; the text that it stands in has its own full stop. */
function inWords(name: string, value: string | number): string {
  return name === 'reason' ? String(value).replace(/[.。\s]+$/, '') : String(value);
}
