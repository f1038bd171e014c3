import type { Operations, Value } from '../../workers/engines/operations.js';
import { ParameterLayout } from '../../workers/engines/layout.js';
import { groupLoss, rewardWeights, sequenceLogProbs, weightedCrossEntropy } from '../../workers/labs/pointer/losses.js';
import { pickLogits, pointerLayout, type Picks, type PointerShape } from '../../workers/labs/pointer/model.js';
import { differentiate, differentiateNetwork, nest, type CreateLearner, type Nested } from './differentiate.js';
import type { Compute } from './compute.js';

/** The pointer lab's functions on one implementation of the operations. */
export const pointerFunctionsOn = (createLearner: CreateLearner): Readonly<Record<string, Compute>> => ({
  rewardWeightedCrossEntropy: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const pairs = each<number[][][]>('pairs');
    const picks = { sequences: pairs[0]![0]!.length, length: 2, candidates: Int32Array.from(pairs.flat(3)) };
    const temperatures = each<number>('rewardTemperature');
    const weights = each<number[][]>('rewards').flatMap((rewards, r) => rewards.flatMap((own) => rewardWeights(own, temperatures[r]!)));
    const parameters = { firstLogits: each<unknown[]>('firstLogits'), secondLogits: each<unknown[]>('secondLogits') };
    const { loss, gradients } = await differentiate(createLearner, parameters, (operations) =>
      weightedCrossEntropy(operations, rowsOf(operations), picks, weights, each<number>('labelSmoothing')),
    );
    return replicas.map((_, r) => ({
      loss: loss[r],
      gradFirstLogits: gradients['firstLogits']![r],
      gradSecondLogits: gradients['secondLogits']![r],
    }));
  },

  groupLoss: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const all = (key: string): Float32Array => Float32Array.from(each<number[][]>(key).flat(2));
    const picks = picksOf(each<number[][][]>('picks'));
    const samples = {
      picks,
      advantages: all('advantages'),
      oldLogProbs: all('oldLogProbs'),
      referenceLogProbs: all('referenceLogProbs'),
    };
    const knobs = {
      klCoefficient: each<number>('klCoefficient'), clipLow: each<number>('clipLow'), clipHigh: each<number>('clipHigh'),
    };
    const logits = each<number[][][][]>('logits');
    const [size, poolSize] = [logits[0]!.length, logits[0]![0]![0]![0]!.length];
    const layout = new ParameterLayout([['logits', [size * picks.sequences * picks.length, poolSize]]]);
    const { outputs, gradients } = await differentiateNetwork(createLearner, layout, logits.flat(4), {
      forward: (operations) => {
        const own = operations.parameter('logits');
        const loss = operations.reshape(groupLoss(operations, own, samples, knobs), [replicas.length, 1]);
        const bySequence = [replicas.length, size, picks.sequences];
        return [loss, operations.reshape(sequenceLogProbs(operations, own, picks), bySequence)];
      },
      upstream: [replicas.map(() => 1), undefined],
    });
    const [loss, logProbs] = outputs as [number[][], Nested[]];
    const shape = [size, picks.sequences, picks.length, poolSize];
    return replicas.map((_, r) => ({
      loss: loss[r]![0], sequenceLogProbs: logProbs[r], gradLogits: nest(gradients[r]!, shape),
    }));
  },

  pointerNetwork: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const shape = replicas[0]!['shape'] as PointerShape;
    const known = replicas[0]!['known'] as number;
    const candidates = each<number[][][]>('candidates');
    const batch = {
      size: candidates[0]!.length,
      poolSize: candidates[0]![0]!.length,
      queries: Float32Array.from(each<number[][]>('queries').flat(2)),
      candidates: Float32Array.from(candidates.flat(3)),
    };
    const picks = picksOf(each<number[][][]>('picks'));
    const none = replicas.map(() => 0);
    const { outputs, gradients } = await differentiateNetwork(createLearner, pointerLayout(shape), each<number[]>('parameters').flat(), {
      forward: (operations) => {
        const { logits } = pickLogits(operations, shape, batch, picks, known, { activations: none, attention: none });
        return [operations.reshape(logits, [replicas.length, batch.size, picks.sequences, known + 1, batch.poolSize])];
      },
      upstream: [each<number[][][][]>('upstreamGradient').flat(4)],
    });
    return replicas.map((_, r) => ({ logits: outputs[0]![r], gradParameters: gradients[r] }));
  },
});

/** `[R][B][M][m]` as picks. */
function picksOf(sequences: readonly number[][][][]): Picks {
  const [first] = sequences[0]!;
  return { sequences: first!.length, length: first![0]!.length, candidates: Int32Array.from(sequences.flat(3)) };
}

/** The logits of a pair's two picks one after another, `[R, B · M · 2, K]`, from `[R, B, K]` and `[R, B, M, K]`. */
function rowsOf(operations: Operations): Value {
  const first = operations.parameter('firstLogits');
  const second = operations.parameter('secondLogits');
  const [replicas, size, sequences, poolSize] = second.shape as [number, number, number, number];
  const ones = operations.constant(new Float32Array(replicas * size * sequences).fill(1), [replicas, size, sequences, 1]);
  const repeated = operations.matMul(ones, operations.reshape(first, [replicas, size, 1, poolSize]));
  return operations.reshape(operations.concat([repeated, second]), [replicas, size * sequences * 2, poolSize]);
}
