import { outputWeight } from '../../workers/engines/cpu/grpoSequences.js';
import { CpuKernels } from '../../workers/engines/cpu/kernels.js';
import { packPasses } from '../../workers/engines/cpu/passes.js';
import type { TransformerShape } from '../../workers/model/layout.js';
import { grpoScalars, type Aggregation, type KlEstimator } from '../../workers/engines/knobs.js';
import type { Compute, Inputs, Outputs } from '../golden/compute.js';

const estimators: Readonly<Record<KlEstimator, number>> = { k1: 1, k2: 2, k3: 3 };
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
      const [parameters, first, second, gradient] = [0, 1, 2, 3].map(() => kernels.allocate(row * replicas.length));
      return replicas.map((inputs, r) => {
        const at = (pointer: number | undefined): number => pointer! + 4 * r * row;
        const state = [at(parameters), at(first), at(second)] as const;
        kernels.putFloats(at(parameters), Float32Array.from(numbers(inputs, 'parameters')));
        const gradNorms: number[] = [];
        const parametersAfterEachStep: number[][] = [];
        rowsOf(inputs, 'gradients').forEach((values, step) => {
          kernels.putFloats(at(gradient), Float32Array.from(values));
          const [beta1, beta2] = [number(inputs, 'beta1'), number(inputs, 'beta2')];
          gradNorms.push(
            kernels.run.adamW(
              ...state, ...state, at(gradient), row, number(inputs, 'learningRate'), number(inputs, 'weightDecay'),
              number(inputs, 'maxGradNorm'), beta1, beta2, number(inputs, 'epsilon'),
              1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1),
            ),
          );
          parametersAfterEachStep.push([...kernels.floats(at(parameters), count)]);
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
      run.targetLogProbs(at.outputLogProbs, count, temperature);
      const logProbs = [...kernels.floats(at.outputLogProbs, count)];
      // At a ratio of one, advantage −1 and weight 1 the policy loss has the gradient of the log-probability.
      kernels.putFloats(at.outputAdvantages, new Float32Array(count).fill(-1));
      kernels.putFloats(at.outputWeights, new Float32Array(count).fill(1));
      kernels.putFloats(at.outputMasks, new Float32Array(count).fill(1));
      run.grpoLoss(count, temperature, 0, 0, 0, 1e30, 1e30, 1e30, 3, true);
      const gradLogProbs = takeLogits(kernels, count, vocabulary);
      putLogits(kernels, logits);
      run.entropies(at.outputLogProbs, count, temperature);
      const entropy = [...kernels.floats(at.outputLogProbs, count)];
      return { logProbs, entropy, gradLogProbs, gradEntropy: takeLogits(kernels, count, vocabulary) };
    }),

    klEstimate: each((inputs) => {
      const { run } = withVocabulary(8);
      const reference = rowsOf(inputs, 'referenceLogProbs');
      const terms = rowsOf(inputs, 'logProbs').map((row, i) =>
        row.map((value, t) => {
          run.klTerm(value, reference[i]![t]!, estimators[inputs['estimator'] as KlEstimator]);
          return { value: run.termValue.value, slope: run.termSlope.value };
        }),
      );
      return {
        kl: terms.map((row) => row.map(({ value }) => value)),
        gradLogProbs: terms.map((row) => row.map(({ slope }) => slope)),
      };
    }),

    policyLoss: each((inputs) => {
      const { run } = withVocabulary(8);
      const [logProbs, old, mask] = [rowsOf(inputs, 'logProbs'), rowsOf(inputs, 'oldLogProbs'), rowsOf(inputs, 'mask')];
      const bound = (key: string, off: number): number => Math.min(number(inputs, key) || off, 1e30);
      const lengths = mask.map((row) => row.reduce((sum, value) => sum + value, 0));
      const tokens = lengths.reduce((sum, length) => sum + length, 0);
      let [loss, clipFraction, policyKl] = [0, 0, 0];
      const gradLogProbs = logProbs.map((row, i) => {
        const aggregation = inputs['aggregation'] as Aggregation;
        const weight = outputWeight(aggregation, lengths[i]!, tokens, mask.length, number(inputs, 'maxLength'));
        return row.map((value, t) => {
          if (mask[i]![t] === 0) return 0;
          const previous = old[i]![t]!;
          run.klTerm(previous, value, 1);
          policyKl += run.termValue.value / tokens;
          const advantage = numbers(inputs, 'advantages')[i]!;
          const [low, high, dual] = [bound('clipLow', 0), bound('clipHigh', 0), bound('dualClip', Infinity)];
          run.policyTerm(value, previous, advantage, low, high, dual);
          loss += weight * run.termValue.value;
          clipFraction += run.termClipped.value / tokens;
          return weight * run.termSlope.value;
        });
      });
      return { loss, clipFraction, policyKl, gradLogProbs };
    }),

    grpoLoss: each((inputs) => {
      const [logits, tokens, mask] = [inputs['logits'] as number[][][], rowsOf(inputs, 'tokens'), rowsOf(inputs, 'mask')];
      const [batch, width, vocabulary] = [logits.length, logits[0]!.length, logits[0]![0]!.length];
      const aggregation = inputs['aggregation'] as Aggregation;
      const lengths = mask.map((row) => row.reduce((sum, value) => sum + value, 0));
      const responseTokens = lengths.reduce((sum, length) => sum + length, 0);
      const weights = lengths.map((length) => outputWeight(aggregation, length, responseTokens, batch, number(inputs, 'maxLength')));
      const count = batch * width;
      const kernels = withVocabulary(vocabulary);
      const { run, at } = kernels;
      const put = (pointer: number, rows: readonly (readonly number[])[]): void =>
        kernels.putFloats(pointer, Float32Array.from(rows.flat()));
      putLogits(kernels, logits.flat());
      kernels.putIntegers(at.outputTargets, Int32Array.from(tokens.flat()));
      kernels.putIntegers(at.outputDecisive, Int32Array.from({ length: count }, (_, i) => Number(i % width === number(inputs, 'decisivePosition'))));
      put(at.outputMasks, mask);
      put(at.outputWeights, mask.map((row, b) => row.map((kept) => kept * weights[b]!)));
      put(at.outputAdvantages, mask.map((row, b) => row.map(() => numbers(inputs, 'advantages')[b]!)));
      put(at.outputOldLogProbs, rowsOf(inputs, 'oldLogProbs'));
      put(at.outputReferenceLogProbs, rowsOf(inputs, 'referenceLogProbs'));
      put(at.outputSamplingLogProbs, rowsOf(inputs, 'samplingLogProbs'));
      const totals = kernels.totals().fill(0);
      run.grpoLoss(
        count, number(inputs, 'temperature'), number(inputs, 'klCoefficient'), number(inputs, 'entropyCoefficient'),
        number(inputs, 'labelSmoothing'), number(inputs, 'clipLow'), number(inputs, 'clipHigh'), number(inputs, 'dualClip') || 1e30,
        estimators[inputs['klEstimator'] as KlEstimator], false,
      );
      const divisor = { loss: 1, policyLoss: 1, 'entropy.decisive': batch } as Partial<Record<string, number>>;
      const scalars = grpoScalars.map((name, k) => [name, totals[k]! / (divisor[name] ?? responseTokens)] as const);
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
        kernels.run.samplingDistribution(row, number(inputs, 'temperature'), topK, topP);
        return [...kernels.floats(kernels.at.rolloutProbabilities, vocabulary)];
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
          index, tokens: Int32Array.from(row.slice(0, lengths[index])), firstOutput: 0, prefix: 0, group: index,
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
