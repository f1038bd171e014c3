import { putAdamWKnobs } from '../../workers/engines/cpu/adamWRows.js';
import { CpuKernels } from '../../workers/engines/cpu/kernels.js';
import { packPasses } from '../../workers/engines/cpu/passes.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import type { GrpoOutputs } from '../../workers/engines/cpu/grpoOutputs.js';
import { correctRollout } from '../../workers/engines/cpu/policyTerms.js';
import type { GrpoUpdate } from '../../workers/engines/policy.js';
import {
  type Aggregation, grpoKnobs, grpoScalars, klEstimators, type KlEstimator, policyLosses, scalarDivisor, tokenWeight,
} from '../../workers/engines/grpoStep.js';
import { knobIn, knobsOf } from './cases.js';
import { inRows, policyLossCase } from './policyLossCase.js';
import type { Compute, Inputs, Outputs } from '../golden/compute.js';

const number = (inputs: Inputs, key: string): number => inputs[key] as number;
const numbers = (inputs: Inputs, key: string): number[] => inputs[key] as number[];
const rowsOf = (inputs: Inputs, key: string): number[][] => inputs[key] as number[][];

/** The kernels of a model with this vocabulary, for functions that need no more of it. */
function kernelsFor(module: WebAssembly.Module, vocabulary: number): CpuKernels {
  const shape = { vocabulary, context: 8, width: 8, layers: 1, heads: 1, mlpRatio: 1, causal: true, unembedding: true };
  return new CpuKernels(module, shape);
}

/** Puts logits where a pass leaves them. */
function putLogits(kernels: CpuKernels, rows: readonly (readonly number[])[]): void {
  rows.forEach((row, i) => kernels.putFloats(kernels.at.logits + 4 * i * padded(row.length), Float32Array.from(row)));
}

function takeLogits(kernels: CpuKernels, rows: number, vocabulary: number): number[][] {
  const rowAt = (i: number): number => kernels.at.logits + 4 * i * padded(vocabulary);
  return Array.from({ length: rows }, (_, i) => [...kernels.floats(rowAt(i), vocabulary)]);
}

/** Puts the knobs that a case tells of where the loss reads them. */
const putKnobs = (kernels: CpuKernels, inputs: Inputs): void => kernels.putKnobs(knobsOf((name) => [knobIn(inputs, name)]), 0);

const padded = (count: number): number => 8 * Math.ceil(count / 8);

/** A function without state: replicas are computed one by one. */
const each = (compute: (inputs: Inputs) => Outputs): Compute => (replicas) => replicas.map(compute);

/** The functions of golden files on compiled kernels. */
export function cpuFunctionsOf(module: WebAssembly.Module): Readonly<Record<string, Compute>> {
  const withVocabulary = (vocabulary: number): CpuKernels => kernelsFor(module, vocabulary);
  return {
    adamW: (replicas) => {
      const count = numbers(replicas[0]!, 'parameters').length;
      const kernels = withVocabulary(8);
      const row = 4 * Math.ceil(count / 4);
      const apart = 4 * row * replicas.length;
      const [state, gradient] = [kernels.allocate(3 * row * replicas.length), kernels.allocate(row)];
      return replicas.map((inputs, r) => {
        const parameters = state + 4 * r * row;
        kernels.putFloats(parameters, Float32Array.from(numbers(inputs, 'parameters')));
        const gradNorms: number[] = [];
        const parametersAfterEachStep: number[][] = [];
        rowsOf(inputs, 'gradients').forEach((values, step) => {
          kernels.putFloats(gradient, Float32Array.from(values));
          const [beta1, beta2] = [number(inputs, 'beta1'), number(inputs, 'beta2')];
          putAdamWKnobs(kernels.run, {
            learningRate: number(inputs, 'learningRate'),
            weightDecay: number(inputs, 'weightDecay'),
            maxGradNorm: number(inputs, 'maxGradNorm'),
            beta1,
            beta2,
            epsilon: number(inputs, 'epsilon'),
            correction1: 1 - beta1 ** (step + 1),
            correction2: 1 - beta2 ** (step + 1),
          });
          gradNorms.push(kernels.run.adamW(parameters, parameters, apart, gradient, row));
          parametersAfterEachStep.push([...kernels.floats(parameters, count)]);
        });
        return { gradNorms, parametersAfterEachStep };
      });
    },

    crossEntropy: each((inputs) => {
      const logits = rowsOf(inputs, 'logits');
      const vocabulary = logits[0]!.length;
      const kernels = withVocabulary(vocabulary);
      putLogits(kernels, logits);
      kernels.putIntegers(kernels.at.outputTargets, Int32Array.from(numbers(inputs, 'labels')));
      kernels.putFloats(kernels.at.outputWeights, new Float32Array(logits.length).fill(1 / logits.length));
      const loss = kernels.run.crossEntropy(logits.length, number(inputs, 'labelSmoothing'));
      return { loss, gradLogits: takeLogits(kernels, logits.length, vocabulary) };
    }),

    tokenLogProbs: each((inputs) => {
      const logits = rowsOf(inputs, 'logits');
      const vocabulary = logits[0]!.length;
      const count = logits.length;
      const temperature = number(inputs, 'temperature');
      const kernels = withVocabulary(vocabulary);
      const { run, at } = kernels;
      kernels.putIntegers(at.outputTargets, Int32Array.from(numbers(inputs, 'tokens')));
      putLogits(kernels, logits);
      kernels.putIntegers(at.outputLogits, Int32Array.from({ length: count }, (_, i) => i));
      run.targetLogProbs(at.outputLogProbs, count, 0, count, temperature);
      const logProbs = [...kernels.floats(at.outputLogProbs, count)];
      // At a ratio of one, advantage −1 and weight 1 the policy loss has the gradient of the log-probability.
      kernels.putFloats(at.outputAdvantages, new Float32Array(count).fill(-1));
      kernels.putFloats(at.outputWeights, new Float32Array(count).fill(1));
      kernels.putFloats(at.outputMasks, new Float32Array(count).fill(1));
      kernels.putFloats(kernels.at.outputPolicyWeights, new Float32Array(count).fill(1));
      putKnobs(kernels, inputs);
      run.grpoLoss(count, 0, count, policyLosses.indexOf('clip'), klEstimators.indexOf('k3'), false, true);
      const gradLogProbs = takeLogits(kernels, count, vocabulary);
      putLogits(kernels, logits);
      run.entropies(at.outputLogProbs, count, temperature);
      const entropy = [...kernels.floats(at.outputLogProbs, count)];
      return { logProbs, entropy, gradLogProbs, gradEntropy: takeLogits(kernels, count, vocabulary) };
    }),

    klEstimate: each((inputs) => {
      const kernels = withVocabulary(8);
      const logProbs = rowsOf(inputs, 'logProbs');
      // The loss of a token among two, whose advantage is 0.
      const [shift, width] = [-2, logProbs[0]!.length];
      const flat = logProbs.flat().map((value) => value + shift);
      const shifted = (key: string): Float32Array => Float32Array.from(rowsOf(inputs, key).flat(), (value) => value + shift);
      const corrected = inputs['klCorrection'] === true;
      const told = flat.map((value, i) => {
        const { run, at } = kernels;
        putLogits(kernels, [[value, Math.log1p(-Math.exp(value)), ...new Array<number>(6).fill(-1e4)]]);
        for (const pointer of [at.outputLogits, at.outputTargets, at.outputSingledOut]) kernels.putIntegers(pointer, new Int32Array(1));
        for (const pointer of [at.outputMasks, at.outputWeights, at.outputPolicyWeights]) kernels.putFloats(pointer, new Float32Array(1).fill(1));
        kernels.putFloats(at.outputAdvantages, new Float32Array(1));
        kernels.putFloats(at.outputReferenceLogProbs, shifted('referenceLogProbs').subarray(i, i + 1));
        kernels.putFloats(at.outputOldLogProbs, (corrected ? shifted('oldLogProbs') : Float32Array.from(flat)).subarray(i, i + 1));
        kernels.putKnobs(knobsOf((name) => [name === 'klCoefficient' ? 1 : grpoKnobs[name].neutral]), 0);
        const totals = kernels.totals().fill(0);
        run.grpoLoss(1, 0, 1, policyLosses.indexOf('clip'), klEstimators.indexOf(inputs['estimator'] as KlEstimator), corrected, false);
        return { value: totals[grpoScalars.indexOf('loss')]!, slope: takeLogits(kernels, 1, 8)[0]![0]! / (1 - Math.exp(value)) };
      });
      return { kl: inRows(told.map(({ value }) => value), width), gradLogProbs: inRows(told.map(({ slope }) => slope), width) };
    }),

    policyLoss: each((inputs) => {
      const kernels = withVocabulary(8);
      const { run } = kernels;
      const { kind, logProbs, oldLogProbs, takenAsOld, advantages, masks, weights, policyWeights, singledOut, tokens, width } = policyLossCase(inputs);
      putKnobs(kernels, inputs);
      let [loss, clipFraction, policyKl] = [0, 0, 0];
      const gradLogProbs = Array.from(logProbs, (value, i) => {
        if (masks[i] === 0) return 0;
        run.klTerm(oldLogProbs[i]!, value, klEstimators.indexOf('k1'));
        policyKl += run.termValue.value / tokens;
        run.policyTerm(policyLosses.indexOf(kind), value, takenAsOld[i]!, advantages[i]!, singledOut[i] === 1);
        loss += weights[i]! * policyWeights[i]! * run.termValue.value;
        clipFraction += run.termClipped.value / tokens;
        return weights[i]! * policyWeights[i]! * run.termSlope.value;
      });
      return { loss, clipFraction, policyKl, gradLogProbs: inRows(gradLogProbs, width) };
    }),

    rolloutCorrection: each((inputs) => {
      const mask = rowsOf(inputs, 'mask');
      const width = mask[0]!.length;
      const flat = (key: string): Float32Array => Float32Array.from(rowsOf(inputs, key).flat());
      const masks = flat('mask');
      const outputs = {
        sequences: Int32Array.from(masks, (_, i) => Math.floor(i / width)),
        masks, oldLogProbs: flat('oldLogProbs'), samplingLogProbs: flat('samplingLogProbs'), policyWeights: new Float32Array(masks.length),
      } as unknown as GrpoOutputs;
      const knobs = { rolloutCorrection: inputs['rolloutCorrection'], rolloutCorrectionThreshold: [number(inputs, 'rolloutCorrectionThreshold')] };
      correctRollout(outputs, knobs as unknown as GrpoUpdate['loss'], 0);
      return { weights: inRows(outputs.policyWeights.map((weight, i) => weight * masks[i]!), width) };
    }),

    grpoLoss: each((inputs) => {
      const [logits, tokens, mask] = [inputs['logits'] as number[][][], rowsOf(inputs, 'tokens'), rowsOf(inputs, 'mask')];
      const [batch, width, vocabulary] = [logits.length, logits[0]!.length, logits[0]![0]!.length];
      const aggregation = inputs['aggregation'] as Aggregation;
      const lengths = mask.map((row) => row.reduce((sum, value) => sum + value, 0));
      const responseTokens = lengths.reduce((sum, length) => sum + length, 0);
      const counts = { tokens: responseTokens, responses: batch, maxLength: number(inputs, 'maxLength') };
      const weights = lengths.map((length) => tokenWeight(aggregation, { length, ...counts }));
      const count = batch * width;
      const kernels = withVocabulary(vocabulary);
      const { run, at } = kernels;
      const put = (pointer: number, rows: readonly (readonly number[])[]): void =>
        kernels.putFloats(pointer, Float32Array.from(rows.flat()));
      putLogits(kernels, logits.flat());
      kernels.putIntegers(at.outputLogits, Int32Array.from({ length: count }, (_, i) => i));
      kernels.putIntegers(at.outputTargets, Int32Array.from(tokens.flat()));
      kernels.putIntegers(at.outputDecisive, Int32Array.from({ length: count }, (_, i) => Number(i % width === number(inputs, 'decisivePosition'))));
      put(at.outputMasks, mask);
      put(at.outputWeights, mask.map((row, b) => row.map((kept) => kept * weights[b]!)));
      put(at.outputAdvantages, mask.map((row, b) => row.map(() => numbers(inputs, 'advantages')[b]!)));
      put(at.outputOldLogProbs, rowsOf(inputs, 'oldLogProbs'));
      put(at.outputReferenceLogProbs, rowsOf(inputs, 'referenceLogProbs'));
      put(at.outputSamplingLogProbs, rowsOf(inputs, 'samplingLogProbs'));
      kernels.putFloats(at.outputPolicyWeights, new Float32Array(count).fill(1));
      const totals = kernels.totals().fill(0);
      putKnobs(kernels, inputs);
      run.grpoLoss(count, 0, count, policyLosses.indexOf('clip'), klEstimators.indexOf(inputs['klEstimator'] as KlEstimator), false, false);
      const scalars = grpoScalars.map((name, k) => [name, totals[k]! / scalarDivisor(name, { ...counts, hasDecisive: true })] as const);
      const gradients = takeLogits(kernels, count, vocabulary);
      const gradLogits = mask.map((_, b) => gradients.slice(b * width, (b + 1) * width));
      return { ...Object.fromEntries(scalars), gradLogits };
    }),

    samplingDistribution: each((inputs) => {
      const logits = rowsOf(inputs, 'logits');
      const vocabulary = logits[0]!.length;
      const kernels = withVocabulary(vocabulary);
      putLogits(kernels, logits);
      const probabilities = logits.map((_, i) => {
        const row = kernels.at.logits + 4 * i * padded(vocabulary);
        const [topK, topP] = [number(inputs, 'topK'), number(inputs, 'topP')];
        const target = kernels.at.samplingProbabilities;
        kernels.run.samplingDistribution(target, row, number(inputs, 'temperature'), topK, topP);
        return [...kernels.floats(target, vocabulary)];
      });
      return { probabilities };
    }),

    transformer: (replicas) => {
      const shape = replicas[0]!['shape'] as TransformerShape;
      const kernels = new CpuKernels(module, shape);
      const { run, at } = kernels;
      const columns = shape.unembedding ? shape.vocabulary : shape.width;
      const results = shape.unembedding ? at.logits : at.finalNormed;
      const parameters = kernels.allocate(kernels.rowSize);
      const gradient = kernels.allocate(kernels.rowSize);
      return replicas.map((inputs) => {
        const tokens = rowsOf(inputs, 'tokens');
        const lengths = numbers(inputs, 'lengths');
        const upstream = inputs['upstreamGradient'] as number[][][];
        const values = Float32Array.from(numbers(inputs, 'parameters'));
        kernels.putFloats(parameters, values);
        run.loadWeights(at.policyPanels, parameters);
        run.loadTransposed(parameters);
        run.clearGradients();
        run.setDropout(0, 0, 0);
        const outputs = tokens.map((row) => row.map(() => new Array<number>(columns).fill(0)));
        const places = lengths.flatMap((length, b) => Array.from({ length }, (_, t) => [b, t] as const));
        const sequences = tokens.map((row, index) => ({
          index, tokens: Int32Array.from(row.slice(0, lengths[index])), firstOutput: 0,
        }));
        for (const pass of packPasses(sequences, shape.context, kernels.capacity)) {
          kernels.open(pass);
          run.forward(at.policyPanels, true);
          for (let i = 0; i < pass.outputRows.length; i++) {
            const [b, t] = places[pass.firstOutput + i]!;
            const row = results + 4 * i * padded(columns);
            outputs[b]![t] = [...kernels.floats(row, columns)];
            kernels.putFloats(row, Float32Array.from(upstream[b]![t]!));
          }
          run.backward();
        }
        run.storeGradients(gradient);
        return { outputs, gradParameters: [...kernels.floats(gradient, values.length)] };
      });
    },
  };
}
