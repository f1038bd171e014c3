/**
 * The sentences of the bi-encoder lab: each argues a stance on an aspect of a topic, in a vocabulary of synonyms, with
 * filler between. What a token stands for is decided here; people read the words of `words.ts`.
 */
export const topics = 8;
export const aspects = 6;
export const stances = 2;

/** Topic × aspect × stance. */
export const meanings = topics * aspects * stances;

/** A kind of word: `classes` meanings with `synonyms` words each, from token `first` on, `perSentence` of them a sentence. */
export interface WordKind {
  readonly first: number;
  readonly classes: number;
  readonly synonyms: number;
  readonly perSentence: number;
}

/** Starts every sentence. */
export const classificationToken = 0;

export const topicWords: WordKind = { first: 1, classes: topics, synonyms: 3, perSentence: 2 };
export const aspectWords: WordKind = { first: after(topicWords), classes: aspects, synonyms: 3, perSentence: 2 };
export const stanceWords: WordKind = { first: after(aspectWords), classes: stances, synonyms: 4, perSentence: 2 };
/** Mean nothing. */
export const fillerWords: WordKind = { first: after(stanceWords), classes: 1, synonyms: 40, perSentence: 5 };
export const wordKinds = [topicWords, aspectWords, stanceWords, fillerWords] as const;

export const vocabularySize = after(fillerWords);
export const sentenceLength = 1 + wordKinds.reduce((sum, { perSentence }) => sum + perSentence, 0);

function after({ first, classes, synonyms }: WordKind): number {
  return first + classes * synonyms;
}

/** A meaning as one number, 0 … `meanings` − 1. */
export function meaningOf(topic: number, aspect: number, stance: number): number {
  return (topic * aspects + aspect) * stances + stance;
}

export const topicOf = (meaning: number): number => Math.floor(meaning / (aspects * stances));
export const aspectOf = (meaning: number): number => Math.floor(meaning / stances) % aspects;
export const stanceOf = (meaning: number): number => meaning % stances;

/** What answers an argument: the same topic and aspect, the other stance. */
export const counterOf = (meaning: number): number => meaning ^ 1;

/** How a document stands to a query: its counter-argument, a twin that says the same, or one that is about something else. */
export type Relation = 'right' | 'twin' | 'aspect' | 'topic';

export function relationOf(query: number, document: number): Relation {
  if (document === counterOf(query)) return 'right';
  if (document === query) return 'twin';
  return topicOf(document) === topicOf(query) ? 'aspect' : 'topic';
}
