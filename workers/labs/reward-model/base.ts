import { answerLength, groupEffects, qualityWords, wordsPerGroup } from '../../../src/core/labs/reward-model/vocabulary.js';
import { RandomSequence, streams } from '../../../src/core/random.js';
import type { Operations, Value } from '../../engines/operations.js';
import type { Engine } from '../../engines/engine.js';
import { ParameterLayout } from '../../engines/layout.js';
import { startSnapshot, type Loss } from '../../engines/learner.js';
import type { PerReplica } from '../../engines/perReplica.js';
import type { WarmStartProgress, WarmStartRecipe } from '../warmStart.js';
import { drawAnswer } from './data.js';
import { baseEntries, baseFeatures, baseLayout, initialiseBase, width } from './model.js';

export const baseName = 'reward-model';

const steps = 400;
const batchSize = 64;
const learningRate = 5e-3;
/** Quality groups, and the neutral words as one more. */
const classes = groupEffects.length + 1;

/** The base with the head that its pre-training needs. */
const layout = new ParameterLayout([...baseEntries, ['classes.weight', [classes, width]], ['classes.bias', [classes]]]);

/**
 * Pre-trains one base a seed, `[seeds, P]`: from an answer, predict how often each group of words occurs in it. Adam
 * (.9, .999) at a constant rate. What a word is worth to people, it does not see.
 */
export async function trainBases(
  engine: Engine,
  seeds: PerReplica,
  onProgress: (progress: WarmStartProgress) => Promise<void>,
): Promise<Float32Array> {
  const learner = engine.createLearner(layout, startSnapshot(layout, initialiseBase(layout, seeds)));
  const each = (value: number): number[] => seeds.map(() => value);
  const optimizer = {
    learningRate: each(learningRate), weightDecay: each(0), maxGradNorm: each(Infinity), beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
  };
  try {
    for (let step = 1; step <= steps; step++) {
      const { loss } = await learner.update(histogramLoss(drawAnswers(seeds, step)), optimizer, { seeds, step });
      await onProgress({ step, steps, loss: loss.reduce((sum, value) => sum + value, 0) / loss.length });
    }
    const { parameters } = await learner.snapshot();
    const bases = new Float32Array(seeds.length * baseLayout.size);
    seeds.forEach((_, i) => bases.set(parameters.subarray(i * layout.size).subarray(0, baseLayout.size), i * baseLayout.size));
    return bases;
  } finally {
    learner.dispose();
  }
}

/** A batch a seed: `[seeds · batchSize · answerLength]`. */
function drawAnswers(seeds: PerReplica, step: number): Int32Array {
  const answers = new Int32Array(seeds.length * batchSize * answerLength);
  seeds.forEach((seed, replica) => {
    const random = new RandomSequence(seed, streams.demonstrations, step);
    for (let i = 0; i < batchSize; i++) {
      drawAnswer(random, answers.subarray((replica * batchSize + i) * answerLength).subarray(0, answerLength));
    }
  });
  return answers;
}

/** Cross-entropy of the shares of the groups in an answer. */
function histogramLoss(answers: Int32Array): Loss {
  const shares = new Float32Array((answers.length / answerLength) * classes);
  answers.forEach((word, i) => {
    const group = word < qualityWords ? Math.floor(word / wordsPerGroup) : classes - 1;
    shares[Math.floor(i / answerLength) * classes + group]! += 1 / answerLength;
  });
  const weights = shares.map((share) => -share / batchSize);
  return (operations: Operations): Value => {
    const parameter = (name: string): Value => operations.parameter(name);
    const features = baseFeatures(operations, answers, parameter);
    const logits = operations.add(operations.matMul(features, parameter('classes.weight'), true), parameter('classes.bias'));
    return operations.weightedSum(operations.logSoftmax(logits), weights);
  };
}

export const recipes: readonly WarmStartRecipe[] = [
  {
    name: baseName,
    bases: 10,
    metadata: { shape: JSON.stringify(Object.fromEntries(baseEntries)) },
    regularised: false,
    train: (engine, seed, { onProgress }) => trainBases(engine, [seed], onProgress),
  },
];
