import type { Operations, Value } from '../../workers/engines/operations.js';
import { bradleyTerry, meanLoss } from '../../workers/losses/bradleyTerry.js';
import { doraLinear, loraLinear, type LowRank } from '../../workers/model/adapters.js';
import { differentiate, type CreateLearner } from './differentiate.js';
import type { Compute } from './compute.js';

const outputs = 'upstreamGradient';

/**
 * A linear layer with an adapter. The loss is the sum of its outputs times the upstream gradient, so that its derivative
 * by the upstream gradient is the outputs.
 */
function adapterFunction(
  createLearner: CreateLearner,
  trained: Readonly<Record<string, string>>,
  layer: (operations: Operations, x: Value, factors: LowRank, dropout: readonly number[]) => Value,
): Compute {
  return async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const names = ['inputs', 'weight', outputs, ...Object.keys(trained)];
    const parameters = Object.fromEntries(names.map((name) => [name, each<unknown[]>(name)]));
    const { gradients } = await differentiate(createLearner, parameters, (operations) => {
      const parameter = (name: string): Value => operations.parameter(name);
      const rank = each<number[][]>('a')[0]!.length;
      const scale = operations.constant(Float32Array.from(each<number>('alpha'), (alpha) => alpha / rank), [replicas.length]);
      const factors = { weight: parameter('weight'), a: parameter('a'), b: parameter('b'), scale };
      const products = operations.multiply(layer(operations, parameter('inputs'), factors, replicas.map(() => 0)), parameter(outputs));
      const size = products.shape.reduce((product, extent) => product * extent, 1);
      return operations.weightedSum(products, new Float32Array(size).fill(1));
    });
    return replicas.map((_, r) => ({
      outputs: gradients[outputs]![r],
      ...Object.fromEntries(Object.entries(trained).map(([name, key]) => [key, gradients[name]![r]])),
    }));
  };
}

/** The reward-model lab's functions on one implementation of the operations. */
export const rewardModelFunctionsOn = (createLearner: CreateLearner): Readonly<Record<string, Compute>> => ({
  bradleyTerry: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const parameters = { chosen: each<number[]>('chosen'), rejected: each<number[]>('rejected') };
    const knobs = {
      margin: each<number>('margin'),
      centerRewardsCoefficient: each<number>('centerRewardsCoefficient'),
      labelSmoothing: replicas.map(() => 0),
    };
    const { loss, gradients } = await differentiate(createLearner, parameters, (operations) =>
      meanLoss(operations, bradleyTerry(operations, operations.parameter('chosen'), operations.parameter('rejected'), knobs)),
    );
    return replicas.map((_, r) => ({
      loss: loss[r],
      accuracy: parameters.chosen[r]!.filter((reward, i) => reward > parameters.rejected[r]![i]!).length / parameters.chosen[r]!.length,
      gradChosen: gradients['chosen']![r],
      gradRejected: gradients['rejected']![r],
    }));
  },

  loraLinear: adapterFunction(createLearner, { a: 'gradA', b: 'gradB' }, loraLinear),

  doraLinear: adapterFunction(createLearner, { a: 'gradA', b: 'gradB', magnitude: 'gradMagnitude' }, (operations, x, factors, dropout) =>
    doraLinear(operations, x, factors, operations.parameter('magnitude'), dropout),
  ),
});
