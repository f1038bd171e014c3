import { tokenWeight } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { Sequence } from './passes.js';

/** One replica's responses as sequences to run, with a number for each output. */
export interface GrpoSequences {
  readonly sequences: Sequence[];
  /** The token that each output predicts. */
  readonly targets: Int32Array;
  /** 1 on the response's tokens; 0 where a short response is extended to the decisive position. */
  readonly masks: Float32Array;
  /** The share of the loss that each output's term has. */
  readonly weights: Float32Array;
  readonly advantages: Float32Array;
  readonly samplingLogProbs: Float32Array;
  /** 1 at the decisive position. */
  readonly decisive: Int32Array;
  /** Whether responses may be long enough to have a decisive position. */
  readonly hasDecisive: boolean;
  /** Tokens of all responses. */
  readonly tokens: number;
}

/**
 * @param sharePrompts compute the prompt of consecutive sequences that have the same one only once
 */
export function grpoSequences(
  update: GrpoUpdate,
  replica: number,
  batch: number,
  sharePrompts: boolean,
): GrpoSequences {
  const { prompts, promptLength, responses, width, lengths, padding } = update;
  const { aggregation, maxLength } = update.loss;
  const decisivePosition = update.loss.decisivePosition ?? Infinity;
  const hasDecisive = decisivePosition < update.maxResponseLength;
  const first = replica * batch;
  const atLeast = hasDecisive ? decisivePosition + 1 : 1;
  let outputs = 0;
  let tokens = 0;
  for (let b = 0; b < batch; b++) {
    outputs += Math.max(lengths[first + b]!, atLeast);
    tokens += lengths[first + b]!;
  }
  const targets = new Int32Array(outputs);
  const masks = new Float32Array(outputs);
  const weights = new Float32Array(outputs);
  const advantages = new Float32Array(outputs);
  const samplingLogProbs = new Float32Array(outputs);
  const decisive = new Int32Array(outputs);
  const sequences: Sequence[] = [];
  let group = 0;
  let at = 0;
  for (let b = 0; b < batch; b++) {
    const own = lengths[first + b]!;
    const length = Math.max(own, atLeast);
    const prompt = prompts.subarray((first + b) * promptLength, (first + b + 1) * promptLength);
    const response = responses.subarray((first + b) * width, (first + b) * width + Math.min(length, width));
    const input = new Int32Array(promptLength + length - 1);
    input.set(prompt);
    input.fill(padding, promptLength);
    input.set(response.subarray(0, length - 1), promptLength);
    targets.fill(padding, at, at + length);
    targets.set(response, at);
    masks.fill(1, at, at + own);
    weights.fill(tokenWeight(aggregation, { length: own, tokens, responses: batch, maxLength }), at, at + own);
    advantages.fill(update.advantages[first + b]!, at, at + own);
    const sampled = (first + b) * width;
    samplingLogProbs.set(update.samplingLogProbs.subarray(sampled, sampled + own), at);
    if (hasDecisive) decisive[at + decisivePosition] = 1;
    const previous = sequences.at(-1);
    if (!(sharePrompts && previous && startsWith(previous.tokens, prompt))) group++;
    const prefix = sharePrompts ? promptLength : 0;
    sequences.push({ index: b, tokens: input, firstOutput: promptLength - 1, prefix, group });
    at += length;
  }
  return { sequences, targets, masks, weights, advantages, samplingLogProbs, decisive, hasDecisive, tokens };
}

function startsWith(tokens: Int32Array, prompt: Int32Array): boolean {
  return prompt.every((token, i) => tokens[i] === token);
}
