/** How much a word of each quality group adds to an answer's utility, on average over the group's words. */
export const groupEffects: readonly number[] = [1.6, -1.6, 1, -1, 0.7, -0.7, 0.4, -0.4];

/** Words are numbered group by group, the neutral ones last. */
export const wordsPerGroup = 6;
export const neutralWords = 48;
export const qualityWords = groupEffects.length * wordsPerGroup;
export const vocabularySize = qualityWords + neutralWords;

/** Words in an answer. */
export const answerLength = 12;
