import {
  aspectOf, aspects, aspectWords, classificationToken, counterOf, fillerWords, meaningOf, meanings, sentenceLength,
  stanceOf, stances, stanceWords, topicOf, topics, topicWords, type WordKind,
} from '../../../src/core/labs/biencoder/grammar.js';
import { RandomSequence, streams } from '../../../src/core/random.js';

/** The probability that a word stands for a class drawn at random instead of the sentence's own. */
const corruption = 0.04;

/** Held-out queries; the first of each meaning has its counter-argument among the held-out documents. */
export const validationQueries = 2 * meanings;
export const validationDocuments = meanings;

/** An argument with the documents that it is trained with; each sentence is `sentenceLength` tokens. */
export interface Pair {
  readonly meaning: number;
  readonly query: Int32Array;
  /** The counter-argument. */
  readonly document: Int32Array;
  /** Hard negatives: the same argument in other words, and another aspect of the topic with the document's stance. */
  readonly twin: Int32Array;
  readonly otherAspect: Int32Array;
  readonly otherAspectMeaning: number;
}

/** The first `count` of a replica's training pairs: the same ones whatever the count. */
export function trainingPairs(seed: number, count: number): Pair[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new RandomSequence(seed, streams.dataSplit, i);
    return drawPair(random, meaningOf(random.integer(topics), random.integer(aspects), random.integer(stances)));
  });
}

/** Every meaning once, then every meaning once more. Query i is answered by document i mod `validationDocuments`. */
export function validationPairs(seed: number): Pair[] {
  return Array.from({ length: validationQueries }, (_, i) =>
    drawPair(new RandomSequence(seed, streams.validation, i), i % meanings),
  );
}

function drawPair(random: RandomSequence, meaning: number): Pair {
  const counter = counterOf(meaning);
  const aspect = (aspectOf(meaning) + 1 + random.integer(aspects - 1)) % aspects;
  const otherAspectMeaning = meaningOf(topicOf(meaning), aspect, stanceOf(counter));
  return {
    meaning,
    query: drawSentence(random, meaning),
    document: drawSentence(random, counter),
    twin: drawSentence(random, meaning),
    otherAspect: drawSentence(random, otherAspectMeaning),
    otherAspectMeaning,
  };
}

/** The words of a meaning, some of them corrupted, and filler, in random order after the classification token. */
export function drawSentence(random: RandomSequence, meaning: number): Int32Array {
  const words: number[] = [];
  const draw = ({ first, classes, synonyms, perSentence }: WordKind, label: number): void => {
    for (let i = 0; i < perSentence; i++) {
      const shown = random.chance(corruption) ? random.integer(classes) : label;
      words.push(first + shown * synonyms + random.integer(synonyms));
    }
  };
  draw(topicWords, topicOf(meaning));
  draw(aspectWords, aspectOf(meaning));
  draw(stanceWords, stanceOf(meaning));
  draw(fillerWords, 0);
  const sentence = new Int32Array(sentenceLength).fill(classificationToken);
  random.permutation(words.length).forEach((from, place) => (sentence[1 + place] = words[from]!));
  return sentence;
}
