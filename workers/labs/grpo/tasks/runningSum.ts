import { taskRewards } from '../../../../src/core/labs/grpo/parameters.js';
import type { RandomSequence } from '../../../../src/core/random.js';
import { digits, paddedSequence } from './tokens.js';
import { drawSplit } from './split.js';
import type { Example, Task } from './task.js';

const equals = 10;
const think = 11;
const endThink = 12;
const separator = 13;
const endOfSequence = 14;
const padding = 15;

const summands = 4;
const promptLength = summands + 1;
const maxResponseLength = 20;

/** How probable 0, 1, 2 and 3 worked steps are in a probability. */
export type WorkedSteps = readonly [number, number, number, number];
export const longThinker: WorkedSteps = [0.15, 0.1, 0.1, 0.65];
export const shortAnswerer: WorkedSteps = [0.52, 0.14, 0.1, 0.24];

/** Of a demonstration's faults. */
const probability = { wrongStep: 0.08, answerCopied: 0.95, answerGuessed: 0.35, sloppy: 0.05 };

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) % 10;
const drawDigits = (random: RandomSequence): number[] => Array.from({ length: summands }, () => random.integer(10));

function drawExample(random: RandomSequence): Example {
  const values = drawDigits(random);
  return { prompt: [...values, equals], truth: [sumOf(values)] };
}

/** Worked steps `sum digit newSum ;`, which may be wrong, then an answer: copied after all the steps, else guessed. */
function drawResponse(random: RandomSequence, values: readonly number[], workedSteps: WorkedSteps): number[] {
  const steps = random.choice(workedSteps);
  const response = [think];
  let sum = values[0]!;
  for (let i = 1; i <= steps; i++) {
    const value = values[i]!;
    const next = random.chance(probability.wrongStep) ? random.integer(10) : (sum + value) % 10;
    response.push(sum, value, next, separator);
    sum = next;
  }
  const [meant, kept] =
    steps === summands - 1 ? [sum, probability.answerCopied] : [sumOf(values), probability.answerGuessed];
  response.push(endThink, random.chance(kept) ? meant : random.integer(10), endOfSequence);
  return response;
}

/** Drops or replaces one token other than the last; the new one may end the response early. */
function spoil(random: RandomSequence, response: number[]): void {
  const position = random.integer(response.length - 1);
  if (random.chance(0.5)) response.splice(position, 1);
  else response[position] = random.integer(endOfSequence + 1);
}

/** A reasoning model in miniature: the last digit of a sum of four, after as many worked steps as the policy likes. */
export function runningSum(workedSteps: WorkedSteps): Task {
  return {
    id: 'running-sum',
    vocabulary: [...digits, '=', '<think>', '</think>', ';', '<eos>', '<pad>'],
    promptLength,
    maxResponseLength,
    endOfSequence,
    padding,
    rewards: taskRewards['running-sum'],
    answer: 'answer',
    warmStartSteps: 900,
    validationPrompts: 64,

    /** There are 10,000 different prompts. */
    split: (seed, training, validation) => drawSplit(drawExample, seed, training, validation),

    demonstration(random) {
      const values = drawDigits(random);
      const response = drawResponse(random, values, workedSteps);
      if (random.chance(probability.sloppy)) spoil(random, response);
      return paddedSequence([...values, equals], response, promptLength + maxResponseLength, padding);
    },

    /** Anything may be thought except `=` and the tags; brevity does not depend on format or answer. */
    score({ truth }, response) {
      const { length } = response;
      let isWellFormed =
        length >= 4 && response[0] === think && response[length - 3] === endThink && response[length - 2]! < 10 &&
        response[length - 1] === endOfSequence;
      for (let i = 1; isWellFormed && i < length - 3; i++) {
        const token = response[i];
        isWellFormed = token !== think && token !== endThink && token !== equals;
      }
      const answers = isWellFormed && response[length - 2] === truth[0];
      return [Number(answers), Number(isWellFormed), 1 - length / maxResponseLength];
    },

    expected: ({ truth }) => truth,
  };
}
