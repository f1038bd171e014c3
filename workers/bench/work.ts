import type { TransformerShape } from '../engines/layout.js';
import { sentenceLength } from '../../src/core/labs/biencoder/grammar.js';
import type { BiencoderProblem, Problem } from './problem.js';

/**
 * Floating point operations, two a multiply-add, of the matrix products of one sequence's forward pass: projections and
 * MLP of every position, causal attention over the positions seen, the unembedding of those that predict.
 */
function forwardFlops({ layers, width, mlpRatio, vocabulary }: TransformerShape, positions: number, predictions: number): number {
  const projections = 2 * (4 + 2 * mlpRatio) * width ** 2 * positions;
  const attention = 2 * width * positions * (positions + 1);
  return layers * (projections + attention) + 2 * width * vocabulary * predictions;
}

/** The same of a replica's batch through the mean-pool tower: its MLP, the heads, every query with every document. */
function contrastFlops({ shape: { width, outputSize }, batchSize }: BiencoderProblem): number {
  const perSentence = 2 * 2 * width * 2 * width + 2 * 2 * width * outputSize;
  return 3 * batchSize * perSentence + 2 * batchSize * 2 * batchSize * outputSize;
}

/**
 * What the steps that sampled these response lengths had to compute. A GRPO step is a rollout, a pass of the reference
 * and one of the policy, and a backward pass at twice a forward one: 5 forward passes. A supervised step is 3.
 * Padding, and work that an implementation does twice or saves, do not count. A bi-encoder step is 3 too.
 */
export function workOf(problem: Problem, steps: number, lengths: Iterable<number>): { tokens: number; flops: number } {
  if (problem.kind === 'biencoder') {
    const tokens = steps * problem.replicas * 3 * problem.batchSize * sentenceLength;
    return { tokens, flops: 3 * steps * problem.replicas * contrastFlops(problem) };
  }
  const { shape } = problem;
  if (problem.kind === 'supervised') {
    const { sequences, length } = problem;
    const tokens = steps * sequences * length;
    return { tokens, flops: 3 * steps * sequences * forwardFlops(shape, length, length) };
  }
  let tokens = 0;
  let flops = 0;
  for (const length of lengths) {
    tokens += length;
    flops += 5 * forwardFlops(shape, problem.promptLength + length - 1, length);
  }
  return { tokens, flops };
}

/** The most that one step can have to compute. */
export function mostWork(problem: Problem): number {
  if (problem.kind !== 'grpo') return workOf(problem, 1, []).flops;
  const responses = problem.seeds.length * problem.promptsPerStep * problem.rolloutN;
  return workOf(problem, 1, new Int32Array(responses).fill(problem.maxResponseLength)).flops;
}
