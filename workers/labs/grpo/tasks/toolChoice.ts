import { taskRewards } from '../../../../src/core/labs/grpo/parameters.js';
import type { RandomSequence } from '../../../../src/core/random.js';
import { digits, paddedSequence } from './tokens.js';
import { drawSplit } from './split.js';
import type { Example, Task } from './task.js';

interface Tool {
  readonly name: string;
  /** The question words that ask for it. */
  readonly words: readonly string[];
  readonly run: (a: number, b: number) => number;
}

const tools: readonly Tool[] = [
  { name: 'ADD', words: ['plus', 'add', 'sum'], run: (a, b) => (a + b) % 10 },
  { name: 'SUB', words: ['minus', 'difference', 'gap'], run: (a, b) => Math.abs(a - b) },
  { name: 'MAX', words: ['larger', 'higher', 'maximum'], run: Math.max },
  { name: 'MIN', words: ['smaller', 'lower', 'minimum'], run: Math.min },
  { name: 'MUL', words: ['times', 'multiply', 'product'], run: (a, b) => (a * b) % 10 },
];
const synonyms = 3;

const firstTool = 10;
const hedge = 15;
const firstWord = 16;
const question = 31;
const think = 32;
const endThink = 33;
const endOfSequence = 34;
const padding = 35;

const promptLength = 4;
const maxResponseLength = 10;
const decisivePosition = 3;

/** Of what a demonstration shows. */
const probability = { hedge: 0.4, rightTool: 0.22, wrongArguments: 0.02, junk: 0.02 };

/** For each tool the pairs of different digits whose result no other tool reaches. */
const unambiguousPairs = tools.map((tool) =>
  Array.from({ length: 100 }, (_, i): [number, number] => [Math.floor(i / 10), i % 10]).filter(
    ([a, b]) => a !== b && tools.every((other) => other === tool || other.run(a, b) !== tool.run(a, b)),
  ),
);

const drawWord = (random: RandomSequence, tool: number): number =>
  firstWord + tool * synonyms + random.integer(synonyms);

function drawExample(random: RandomSequence): Example {
  const tool = random.integer(tools.length);
  const word = drawWord(random, tool);
  const pairs = unambiguousPairs[tool]!;
  const [a, b] = pairs[random.integer(pairs.length)]!;
  return { prompt: [word, a, b, question], truth: [firstTool + tool, a, b] };
}

function drawResponse(random: RandomSequence, word: number, tool: number, a: number, b: number): number[] {
  const choice = random.uniform() - probability.hedge;
  if (choice < 0) return [think, word, endThink, hedge, endOfSequence];
  const called = choice < probability.rightTool ? tool : (tool + 1 + random.integer(tools.length - 1)) % tools.length;
  let [first, second] = [a, b];
  if (random.chance(probability.wrongArguments)) {
    if (random.chance(0.5)) first = random.integer(10);
    if (first === a) second = random.integer(10);
  }
  return [think, word, endThink, firstTool + called, first, second, endOfSequence];
}

/** An agent in miniature: call one of five tools, right or wrong, or hedge and always earn part of the reward. */
export const toolChoice: Task = {
  id: 'tool-choice',
  vocabulary: [
    ...digits,
    ...tools.map((tool) => tool.name),
    'HEDGE',
    ...tools.flatMap((tool) => tool.words),
    '?', '<think>', '</think>', '<eos>', '<pad>',
  ],
  promptLength,
  maxResponseLength,
  endOfSequence,
  padding,
  rewards: taskRewards['tool-choice'],
  answer: 'answer',
  decisivePosition,
  warmStartSteps: 700,
  validationPrompts: 64,

  /** There are 792 different prompts. */
  split: (seed, training, validation) => drawSplit(drawExample, seed, training, validation),

  /** Questions are about any two digits; the junk is a random token in place of one of the first four. */
  demonstration(random) {
    const tool = random.integer(tools.length);
    const word = drawWord(random, tool);
    const a = random.integer(10);
    const b = random.integer(10);
    const response = drawResponse(random, word, tool, a, b);
    if (random.chance(probability.junk)) {
      response[random.integer(decisivePosition + 1)] = random.integer(endOfSequence);
    }
    return paddedSequence([word, a, b, question], response, promptLength + maxResponseLength, padding);
  },

  /** The tool runs on the arguments written, so a call is right whenever its result is. */
  score({ truth }, response) {
    const { length } = response;
    const isWellFormed =
      response[0] === think && response[1]! >= firstWord && response[1]! < question && response[2] === endThink &&
      response[length - 1] === endOfSequence;
    const hedges = isWellFormed && length === 5 && response[decisivePosition] === hedge;
    const called = response[decisivePosition]! - firstTool;
    const calls =
      isWellFormed && length === 7 && called >= 0 && called < tools.length && response[4]! < 10 && response[5]! < 10;
    const wanted = tools[truth[0]! - firstTool]!.run(truth[1]!, truth[2]!);
    const answers = calls && tools[called]!.run(response[4]!, response[5]!) === wanted;
    return [Number(answers), Number(hedges), Number(calls || hedges)];
  },

  expected: ({ truth }) => truth,
};
