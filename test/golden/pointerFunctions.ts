import type { Operations, Value } from '../../workers/engines/operations.js';
import { rewardWeights, weightedCrossEntropy } from '../../workers/labs/pointer/losses.js';
import { differentiate, type CreateLearner } from './differentiate.js';
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
});

/** The logits of a pair's two picks one after another, `[R, B · M · 2, K]`, from `[R, B, K]` and `[R, B, M, K]`. */
function rowsOf(operations: Operations): Value {
  const first = operations.parameter('firstLogits');
  const second = operations.parameter('secondLogits');
  const [replicas, size, sequences, poolSize] = second.shape as [number, number, number, number];
  const ones = operations.constant(new Float32Array(replicas * size * sequences).fill(1), [replicas, size, sequences, 1]);
  const repeated = operations.matMul(ones, operations.reshape(first, [replicas, size, 1, poolSize]));
  return operations.reshape(operations.concat([repeated, second]), [replicas, size * sequences * 2, poolSize]);
}
