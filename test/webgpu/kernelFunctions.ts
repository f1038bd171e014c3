import { streams } from '../../src/core/random.js';
import { type Aggregation, type GrpoKnob, grpoScalars, type KlEstimator, tokenWeight } from '../../workers/engines/grpoStep.js';
import { adamWSource, gradientNormSource, normGroups, optimizerGroups } from '../../workers/engines/webgpu/adamW.js';
import { Kernel } from '../../workers/engines/webgpu/kernel.js';
import { Memory, type Storage } from '../../workers/engines/webgpu/memory.js';
import { Recorder } from '../../workers/engines/webgpu/recorder.js';
import { WebgpuPolicy } from '../../workers/engines/webgpu/webgpuPolicy.js';
import { transformerLayout, type TransformerShape } from '../../workers/engines/layout.js';
import type { Compute, Inputs, Outputs } from '../golden/compute.js';
import { knobIn, knobsOf, shapeOf } from '../kernels/cases.js';
import { inRows, policyLossCase } from '../kernels/policyLossCase.js';
import { addAdamWKnobs } from '../../workers/engines/webgpu/knobs.js';
import { device, read, upload } from './device.js';
import { runCrossEntropy, runGrpoLoss, runTokenLogProbs, type LossRows } from './lossRows.js';
import { runTransformer } from './transformerRows.js';

const number = (inputs: Inputs, key: string): number => inputs[key] as number;
const numbers = (inputs: Inputs, key: string): number[] => inputs[key] as number[];
const matrix = (inputs: Inputs, key: string): number[][] => inputs[key] as number[][];
const lossKnobs = (inputs: Inputs): Record<GrpoKnob, number> => knobsOf((name) => knobIn(inputs, name));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const like = (nested: number[][], flat: number[]): number[][] =>
  nested.map((row, i) => row.map((_, j) => flat[i * row.length + j]!));
/** Rows of two tokens whose first one has these log-probabilities, shifted below 0: losses depend on differences. */
const shift = -2;
const twoTokens = (logProbs: readonly number[]): number[][] =>
  logProbs.map((value) => [value + shift, Math.log1p(-Math.exp(value + shift))]);
/** The gradient of the first token's log-probability, from that of its logit. */
const logProbGradients = (gradients: number[][], logProbs: readonly number[]): number[] =>
  gradients.map(([own], i) => own! / (1 - Math.exp(logProbs[i]! + shift)));

/** Draws of each row in `samplingDistribution`. */
export const draws = 400;

/** The functions of the golden files through the kernels. */
export const kernelFunctions: Readonly<Record<string, Compute>> = {
  transformer: async (replicas) => {
    const shape = replicas[0]!['shape'] as TransformerShape;
    const flat = (key: string): number[] => replicas.flatMap((one) => (one[key] as number[][]).flat(3) as number[]);
    const tokens = replicas[0]!['tokens'] as number[][];
    const [sequences, length] = [tokens.length, tokens[0]!.length];
    // Rows beyond a sequence's length count for nothing: without a gradient of their own, nothing before them sees them.
    const within = replicas.flatMap((one) => numbers(one, 'lengths').flatMap((own) => tokens[0]!.map((_, t) => Number(t < own))));
    const upstream = flat('upstreamGradient').map((value, i) => value * within[Math.floor(i / shape.vocabulary)]!);
    const { outputs, gradient } = await runTransformer(shape, {
      parameters: flat('parameters'), replicas: replicas.length, sequences, length, tokens: flat('tokens'), upstream,
    });
    const { size } = transformerLayout(shape);
    return replicas.map((_, r) => ({
      outputs: tokens.map((own, b) =>
        own.map((__, t) => {
          const row = (r * sequences + b) * length + t;
          return outputs.slice(row * shape.vocabulary, (row + 1) * shape.vocabulary).map((value) => value * within[row]!);
        }),
      ),
      gradParameters: [...gradient.subarray(r * size, (r + 1) * size)],
    }));
  },

  tokenLogProbs: async (replicas) => {
    const rows = replicas.map((one): LossRows => ({
      logits: matrix(one, 'logits'), targets: numbers(one, 'tokens'), ...lossKnobs(one),
    }));
    const logProbs = await runTokenLogProbs(rows);
    const ofLogProbs = await runGrpoLoss(rows.map((own) => ({ ...own, advantages: own.targets.map(() => -1) })));
    const ofEntropy = await runGrpoLoss(rows.map((own) => ({ ...own, entropyCoefficient: -1 })));
    return replicas.map((_, r) => ({
      logProbs: logProbs[r],
      entropy: ofEntropy[r]!.values.map((row) => row.entropy),
      gradLogProbs: ofLogProbs[r]!.gradients,
      gradEntropy: ofEntropy[r]!.gradients,
    }));
  },

  klEstimate: async (replicas) => {
    const results = await runGrpoLoss(
      replicas.map((one) => ({
        logits: twoTokens(matrix(one, 'logProbs').flat()),
        targets: matrix(one, 'logProbs').flat().map(() => 0),
        reference: matrix(one, 'referenceLogProbs').flat().map((value) => value + shift),
        ...(one['klCorrection'] === true && { old: matrix(one, 'oldLogProbs').flat().map((value) => value + shift) }),
        klCoefficient: 1,
        estimator: one['estimator'] as KlEstimator,
        klCorrection: one['klCorrection'] === true,
      })),
    );
    return replicas.map((one, r) => {
      const logProbs = matrix(one, 'logProbs');
      const { values, gradients } = results[r]!;
      return {
        // Without a policy loss to clip, the total is the estimate alone: the ratio is 1 and the advantage 0.
        kl: like(logProbs, values.map((row) => row.loss - row.policyLoss)),
        gradLogProbs: like(logProbs, logProbGradients(gradients, logProbs.flat())),
      };
    });
  },

  policyLoss: async (replicas) => {
    const cases = replicas.map(policyLossCase);
    const shifted = (values: Float32Array): number[] => Array.from(values, (value) => value + shift);
    const results = await runGrpoLoss(
      cases.map((own, r) => ({
        logits: twoTokens([...own.logProbs]),
        targets: Array.from(own.masks, () => 0),
        old: shifted(own.oldLogProbs),
        takenAsOld: shifted(own.takenAsOld),
        advantages: [...own.advantages],
        weights: [...own.weights],
        policyWeights: [...own.policyWeights],
        singledOut: [...own.singledOut],
        tokenWeight: 1 / own.tokens,
        policyLoss: own.kind,
        ...lossKnobs(replicas[r]!),
      })),
    );
    return cases.map(({ kind, masks, logProbs, width }, r) => {
      const { values, gradients } = results[r]!;
      const total = sum(values.map((row) => row.policyLoss));
      // These are no function of the ratio alone: what was shifted is shifted back.
      const byLogProb = kind === 'gpg' || kind === 'cispo';
      const slopes = logProbGradients(gradients, [...logProbs]);
      const shiftedBy = byLogProb ? sum(slopes.map((slope) => slope * shift)) : 0;
      return {
        loss: total - shiftedBy,
        clipFraction: sum(values.map((row, i) => row.clipFraction * masks[i]!)),
        gradLogProbs: inRows(slopes, width),
      };
    });
  },

  grpoLoss: async (replicas) => {
    const flat = (one: Inputs, key: string): number[] => matrix(one, key).flat();
    const results = await runGrpoLoss(
      replicas.map((one) => {
        const mask = matrix(one, 'mask');
        const lengths = mask.map(sum);
        const tokens = sum(lengths);
        const counts = { tokens, responses: mask.length, maxLength: number(one, 'maxLength') };
        const weights = lengths.map((length) => tokenWeight(one['aggregation'] as Aggregation, { length, ...counts }));
        return {
          logits: (one['logits'] as number[][][]).flat(),
          targets: flat(one, 'tokens'),
          ...lossKnobs(one),
          advantages: mask.flatMap((row, i) => row.map(() => numbers(one, 'advantages')[i]!)),
          weights: mask.flatMap((row, i) => row.map((kept) => kept * weights[i]!)),
          tokenWeight: 1 / tokens,
          reference: flat(one, 'referenceLogProbs'),
          old: flat(one, 'oldLogProbs'),
          sampled: flat(one, 'samplingLogProbs'),
          estimator: one['klEstimator'] as KlEstimator,
        };
      }),
    );
    return replicas.map((one, r) => {
      const { values, gradients } = results[r]!;
      const [mask, width] = [flat(one, 'mask'), matrix(one, 'mask')[0]!.length];
      const scalars = grpoScalars.map((name) => {
        // Each row is a response of its own here, so that every one is at the decisive position.
        if (name !== 'entropy.decisive') return [name, sum(values.map((row, i) => row[name] * mask[i]!))];
        const decisive = values.filter((_, i) => i % width === number(one, 'decisivePosition'));
        return [name, sum(decisive.map((row) => row[name] * values.length)) / decisive.length];
      });
      const gradLogits = matrix(one, 'mask').map((_, b) => gradients.slice(b * width, (b + 1) * width));
      return { ...Object.fromEntries(scalars), gradLogits } as Outputs;
    });
  },

  crossEntropy: async (replicas) => {
    const results = await runCrossEntropy(
      replicas.map((one) => {
        const targets = numbers(one, 'labels');
        const weights = targets.map(() => 1 / targets.length);
        return { logits: matrix(one, 'logits'), targets, weights, labelSmoothing: number(one, 'labelSmoothing') };
      }),
    );
    return results.map(({ gradients, values }) => ({ loss: sum(values.flat()), gradLogits: gradients }));
  },

  adamW: async (replicas) => {
    const parameterCount = numbers(replicas[0]!, 'parameters').length;
    const memory = new Memory(device);
    const recorder = new Recorder(memory);
    const values = replicas.flatMap((one) => numbers(one, 'parameters'));
    const create = (label: string, count: number): Storage => memory.create(label, 4 * count);
    let from = { parameters: upload(memory, 'parameters', [...values, ...values]), moments: create('moments', 2 * values.length) };
    let to = { parameters: create('parameters', 2 * values.length), moments: create('moments', 2 * values.length) };
    const norms = create('norms', replicas.length * normGroups);
    const scalars = create('scalars', replicas.length);
    const norm = new Kernel(device, gradientNormSource);
    const update = new Kernel(device, adamWSource);
    await Promise.all([norm.ready, update.ready]);
    const shared = (key: string): number => number(replicas[0]!, key);
    const [beta1, beta2, epsilon] = [shared('beta1'), shared('beta2'), shared('epsilon')];
    const after: { gradNorms: Float32Array; parameters: Float32Array }[] = [];
    for (let step = 1; step <= matrix(replicas[0]!, 'gradients').length; step++) {
      const gradient = upload(memory, 'gradient', replicas.flatMap((one) => matrix(one, 'gradients')[step - 1]!));
      const each = (key: string): number[] => replicas.map((one) => number(one, key));
      const own = { learningRate: each('learningRate'), weightDecay: each('weightDecay'), maxGradNorm: each('maxGradNorm') };
      const knobs = addAdamWKnobs(recorder.inputs, { ...own, beta1, beta2, epsilon });
      recorder.dispatch(norm, { gradient, norms }, { parameters: parameterCount }, normGroups, replicas.length);
      recorder.dispatch(
        update,
        { gradient, norms, parametersBefore: from.parameters, momentsBefore: from.moments, ...to, scalars },
        {
          parameters: parameterCount,
          replicas: replicas.length,
          knobs,
          beta1,
          beta2,
          rest1: 1 - beta1,
          rest2: 1 - beta2,
          epsilon,
          correction1: 1 - beta1 ** step,
          correction2: 1 - beta2 ** step,
          scalar: 0,
          share: 1,
          first: 1,
        },
        optimizerGroups(parameterCount),
        replicas.length,
      );
      const [gradNorms, values] = await read(recorder, scalars, to.parameters);
      after.push({ gradNorms: gradNorms!, parameters: values! });
      [from, to] = [to, from];
    }
    memory.dispose();
    const own = (values: Float32Array, r: number): number[] =>
      [...values.subarray(r * parameterCount, (r + 1) * parameterCount)];
    return replicas.map((_, r) => ({
      gradNorms: after.map((step) => step.gradNorms[r]!),
      parametersAfterEachStep: after.map((step) => own(step.parameters, r)),
    }));
  },

  samplingDistribution: async (replicas) => {
    const logits = replicas.map((one) => matrix(one, 'logits'));
    const rows = logits[0]!.length;
    const vocabulary = logits[0]![0]!.length;
    // A model whose logits after the one token of prompt i are row i: its residual branches are 0.
    const shape = shapeOf({ vocabulary, context: 2, width: rows, layers: 1, heads: 1, mlpRatio: 1 });
    const { size, entries } = transformerLayout(shape);
    const offset = (name: string): number => entries.find((entry) => entry.name === name)!.offset;
    const values = new Float32Array(replicas.length * size);
    replicas.forEach((_, r) => {
      values.fill(1, r * size + offset('finalNorm'), r * size + offset('finalNorm') + rows);
      logits[r]!.forEach((row, i) => {
        values[r * size + offset('tokenEmbedding') + i * rows + i] = 100;
        values.set(row.map((logit) => logit / Math.sqrt(rows)), r * size + offset('unembedding') + i * vocabulary);
      });
    });
    const policy = new WebgpuPolicy(device, shape, values);
    const promptOf = (i: number): number => Math.floor(i / draws) % rows;
    const prompts = Int32Array.from({ length: replicas.length * rows * draws }, (_, i) => promptOf(i));
    const knob = (key: string): number[] => replicas.map((one) => number(one, key));
    const { tokens, logProbs } = await policy.sample({
      prompts, promptLength: 1, repeats: draws, maxResponseLength: 1, endOfSequence: 0, padding: 0,
      stream: streams.sampling, step: 1,
      sampling: { temperature: knob('temperature'), topP: knob('topP'), topK: knob('topK') },
      seeds: replicas.map((_, r) => r),
    });
    policy.dispose();
    return replicas.map((_, r): Outputs => {
      const probabilities = logits[r]!.map((row) => row.map(() => 0));
      const counts = logits[r]!.map((row) => row.map(() => 0));
      for (let i = 0; i < rows * draws; i++) {
        const token = tokens[r * rows * draws + i]!;
        probabilities[Math.floor(i / draws)]![token] = Math.exp(logProbs[r * rows * draws + i]!);
        counts[Math.floor(i / draws)]![token]!++;
      }
      return { probabilities, counts };
    });
  },
};
