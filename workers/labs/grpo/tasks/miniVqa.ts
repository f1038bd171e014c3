import { taskRewards } from '../../../../src/core/labs/grpo/parameters.js';
import type { RandomSequence } from '../../../../src/core/random.js';
import { paddedSequence } from './tokens.js';
import { drawSplit } from './split.js';
import type { Example, Task } from './task.js';

interface Attribute {
  /** The token of its first word; the others follow. */
  readonly first: number;
  readonly words: readonly string[];
  /** How many patches of the image show it. */
  readonly patches: number;
  /** How probable it is that a patch shows a random value instead. */
  readonly noise: number;
}

const finding: Attribute = {
  first: 0, words: ['normal', 'nodule', 'effusion', 'fracture', 'mass', 'hemorrhage'], patches: 3, noise: 0.2,
};
const side: Attribute = { first: 6, words: ['left', 'right'], patches: 2, noise: 0.12 };
const plane: Attribute = { first: 8, words: ['axial', 'coronal', 'sagittal'], patches: 3, noise: 0.2 };
const modality: Attribute = { first: 11, words: ['CT', 'MRI', 'XR', 'US'], patches: 3, noise: 0.2 };

const attributes = [finding, side, plane, modality];
const words = attributes.flatMap((attribute) => attribute.words);

const firstPatch = words.length;
const askFinding = 30;
const askSide = 31;
const think = 32;
const endThink = 33;
const answerTag = 34;
const endAnswer = 35;
const planeTag = 36;
const endPlane = 37;
const modalityTag = 38;
const endModality = 39;
const endOfSequence = 40;
const padding = 41;

const promptLength = 12;
const maxResponseLength = 20;

const drawWord = (random: RandomSequence, { first, words }: Attribute): number => first + random.integer(words.length);
const isWord = (token: number, { first, words }: Attribute): boolean => token >= first && token < first + words.length;

/** A noisy image and a question about it; truth is answer, plane, modality, finding, side. */
function drawExample(random: RandomSequence): Example {
  const shown = attributes.map((attribute) => drawWord(random, attribute));
  const [shownFinding, shownSide, shownPlane, shownModality] = shown as [number, number, number, number];
  const prompt: number[] = [];
  attributes.forEach((attribute, i) => {
    for (let patch = 0; patch < attribute.patches; patch++) {
      prompt.push(firstPatch + (random.chance(attribute.noise) ? drawWord(random, attribute) : shown[i]!));
    }
  });
  const asksFinding = random.chance(0.6);
  prompt.push(asksFinding ? askFinding : askSide);
  const answer = asksFinding ? shownFinding : shownSide;
  return { prompt, truth: [answer, shownPlane, shownModality, shownFinding, shownSide] };
}

/** What a demonstrator says who is sure of the right word with probability `sure`, and else prefers the first word. */
function say(random: RandomSequence, right: number, attribute: Attribute, sure: number, preference: number): number {
  if (random.chance(sure)) return right;
  return random.chance(preference) ? attribute.first : drawWord(random, attribute);
}

function drawResponse(random: RandomSequence, { prompt, truth }: Example): number[] {
  const [, rightPlane, rightModality, rightFinding, rightSide] = truth as [number, number, number, number, number];
  const asksFinding = prompt[promptLength - 1] === askFinding;
  const captionFinding = say(random, rightFinding, finding, 0.62, 0.5);
  const captionSide = say(random, rightSide, side, 0.75, 0.5);
  const lookAgain = (): number =>
    asksFinding ? say(random, rightFinding, finding, 0.62, 0.6) : say(random, rightSide, side, 0.7, 0.5);
  const answer = random.chance(0.7) ? (asksFinding ? captionFinding : captionSide) : lookAgain();

  const caption = [think, captionFinding, captionSide, endThink];
  const answered = [answerTag, answer, endAnswer];
  const planed = [planeTag, say(random, rightPlane, plane, 0.55, 0.6), endPlane];
  const modal = [modalityTag, say(random, rightModality, modality, 0.45, 0.5), endModality];
  const wellFormed = [caption, answered, planed, modal];
  if (random.chance(0.75)) return [...wellFormed.flat(), endOfSequence];
  const malformed = [
    [caption.slice(0, 3), answered, planed, modal],
    [caption, answered, modal, planed],
    [caption, answered],
    [caption, answered.slice(0, 2), planed, modal],
    [caption, answered, planed.slice(0, 2), modal],
    [answered, planed, modal],
  ];
  return [...malformed[random.integer(malformed.length)]!.flat(), endOfSequence];
}

function indexOf(response: ArrayLike<number>, token: number): number {
  for (let i = 0; i < response.length; i++) if (response[i] === token) return i;
  return -1;
}

/** The token between the tag at `position` and its closing tag, or −1. */
const tagged = (response: ArrayLike<number>, position: number, closing: number): number =>
  position >= 0 && response[position + 2] === closing ? response[position + 1]! : -1;

/** Cosine between the thought tokens up to `end`, each counted as a different one, and {finding, side}. */
function captionCosine(response: ArrayLike<number>, end: number, finding: number, side: number): number {
  if (response[0] !== think || end < 2) return 0;
  let hasFinding = false;
  let hasSide = false;
  for (let i = 1; i < end; i++) {
    hasFinding ||= response[i] === finding;
    hasSide ||= response[i] === side;
  }
  return (Number(hasFinding) + Number(hasSide)) / Math.sqrt(2 * (end - 1));
}

/** Structured medical answers in miniature: caption, answer, plane and modality of a noisy image, each in its tag. */
export const miniVqa: Task = {
  id: 'mini-vqa',
  vocabulary: [
    ...words,
    ...words.map((word) => `▣${word}`),
    'finding?', 'side?',
    '<think>', '</think>', '<answer>', '</answer>', '<plane>', '</plane>', '<mod>', '</mod>', '<eos>', '<pad>',
  ],
  promptLength,
  maxResponseLength,
  endOfSequence,
  padding,
  rewards: taskRewards['mini-vqa'],
  answer: 'answer',
  warmStartSteps: 700,
  validationPrompts: 96,

  /** There are about three million different prompts, some far more probable than others. */
  split: (seed, training, validation) => drawSplit(drawExample, seed, training, validation),

  demonstration(random) {
    const example = drawExample(random);
    return paddedSequence(example.prompt, drawResponse(random, example), promptLength + maxResponseLength, padding);
  },

  /** Only the first tag of a kind counts; answer, plane, modality and caption do not depend on the format. */
  score({ truth }, response) {
    const { length } = response;
    const endOfThought = indexOf(response, endThink);
    const answerAt = indexOf(response, answerTag);
    const planeAt = indexOf(response, planeTag);
    const modalityAt = indexOf(response, modalityTag);
    const answer = tagged(response, answerAt, endAnswer);
    const saidPlane = tagged(response, planeAt, endPlane);
    const saidModality = tagged(response, modalityAt, endModality);
    const isWellFormed =
      response[0] === think && endOfThought >= 2 && endOfThought <= 4 &&
      answerAt === endOfThought + 1 && (isWord(answer, finding) || isWord(answer, side)) &&
      planeAt === answerAt + 3 && isWord(saidPlane, plane) &&
      modalityAt === planeAt + 3 && isWord(saidModality, modality) &&
      length === modalityAt + 4 && response[length - 1] === endOfSequence;
    return [
      Number(isWellFormed),
      Number(answer === truth[0]),
      Number(saidPlane === truth[1]),
      Number(saidModality === truth[2]),
      captionCosine(response, endOfThought, truth[3]!, truth[4]!),
    ];
  },

  expected: ({ truth }) => truth.slice(0, 3),
};
