import { describe, expect, it } from 'vitest';
import {
  aspectOf, aspectWords, counterOf, fillerWords, meanings, sentenceLength, stanceOf, stanceWords, topicOf, topicWords,
  type WordKind,
} from '../../src/core/labs/biencoder/grammar.js';
import { trainingPairs, validationPairs, type Pair } from '../../workers/labs/biencoder/sentences.js';

const classesOf = (sentence: Int32Array, { first, classes, synonyms }: WordKind): number[] =>
  [...sentence]
    .filter((token) => token >= first && token < first + classes * synonyms)
    .map((token) => Math.floor((token - first) / synonyms));

describe('the sentences', () => {
  const pairs = trainingPairs(3, 1500);
  const sentencesOf = ({ meaning, query, document, twin, otherAspect, otherAspectMeaning }: Pair): [Int32Array, number][] =>
    [[query, meaning], [document, counterOf(meaning)], [twin, meaning], [otherAspect, otherAspectMeaning]];

  it('hold two words of topic, aspect and stance each, 4 % of them drawn from any class, and filler', () => {
    let [wrong, expectedWrong] = [0, 0];
    for (const [sentence, meaning] of pairs.flatMap(sentencesOf)) {
      expect([sentence.length, sentence[0]]).toEqual([sentenceLength, 0]);
      expect(classesOf(sentence, fillerWords)).toHaveLength(5);
      for (const [kind, own] of [[topicWords, topicOf], [aspectWords, aspectOf], [stanceWords, stanceOf]] as const) {
        const classes = classesOf(sentence, kind);
        expect(classes).toHaveLength(2);
        wrong += classes.filter((each) => each !== own(meaning)).length;
        expectedWrong += 2 * 0.04 * (1 - 1 / kind.classes);
      }
    }
    expect(Math.abs(wrong / expectedWrong - 1)).toBeLessThan(0.1);
  });

  it('pair an argument with its counter-argument, a twin, and another aspect with the stance of the counter-argument', () => {
    for (const { meaning, otherAspectMeaning } of pairs) {
      const counter = counterOf(meaning);
      expect([topicOf(counter), aspectOf(counter)]).toEqual([topicOf(meaning), aspectOf(meaning)]);
      expect(stanceOf(counter)).toBe(1 - stanceOf(meaning));
      expect([topicOf(otherAspectMeaning), stanceOf(otherAspectMeaning)]).toEqual([topicOf(meaning), stanceOf(counter)]);
      expect(aspectOf(otherAspectMeaning)).not.toBe(aspectOf(meaning));
    }
    expect(new Set(pairs.map(({ meaning }) => meaning)).size).toBe(meanings);
  });

  it('are the same whatever their number, differ between seeds, and are held out with every meaning twice', () => {
    expect(trainingPairs(3, 40)).toEqual(pairs.slice(0, 40));
    expect(trainingPairs(4, 40)).not.toEqual(pairs.slice(0, 40));
    const validation = validationPairs(3);
    expect(validation.map(({ meaning }) => meaning)).toEqual([...Array(2 * meanings).keys()].map((i) => i % meanings));
    const seen = new Set(pairs.map(({ query }) => query.join()));
    expect(validation.filter(({ query }) => seen.has(query.join()))).toEqual([]);
  });
});
