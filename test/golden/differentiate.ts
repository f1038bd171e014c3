import type { Engine } from '../../workers/engines/engine.js';
import { ParameterLayout } from '../../workers/engines/layout.js';
import { startSnapshot, type Loss } from '../../workers/engines/learner.js';
import type { Operations, Value } from '../../workers/engines/operations.js';

/** Makes the learners of one implementation of the operations. */
export type CreateLearner = Engine['createLearner'];

/** Numbers in arrays in arrays. */
export type Nested = number | readonly Nested[];

/**
 * A loss a replica and its gradients by the parameters' names.
 *
 * @param parameters by name, `[R, …]`
 */
export async function differentiate(
  createLearner: CreateLearner,
  parameters: Readonly<Record<string, readonly unknown[]>>,
  loss: Loss,
): Promise<{ loss: Float32Array; gradients: Readonly<Record<string, readonly Nested[]>> }> {
  const all = Object.entries(parameters) as [string, Nested[]][];
  const layout = new ParameterLayout(all.map(([name, replicas]) => [name, shapeOf(replicas[0]!)]));
  const rows = all[0]![1].map((_, r) => all.flatMap(([, replicas]) => flat(replicas[r]!)));
  const learner = createLearner(layout, startSnapshot(layout, Float32Array.from(rows.flat())));
  const { loss: losses, gradient } = await learner.gradient(loss);
  learner.dispose();
  const gradientOf = ({ offset, size, shape }: (typeof layout.entries)[number]): Nested[] =>
    rows.map((_, r) => nest([...gradient.subarray(r * layout.size + offset, r * layout.size + offset + size)], shape));
  return { loss: losses, gradients: Object.fromEntries(layout.entries.map((entry) => [entry.name, gradientOf(entry)])) };
}

/**
 * A network's outputs, and the gradient of Σ outputs · upstream by all its parameters, one array a replica each.
 *
 * @param parameters `[R, P]`
 * @param upstream one an output, as many numbers as it has; none where nothing flows back from it
 */
export async function differentiateNetwork(
  createLearner: CreateLearner,
  layout: ParameterLayout,
  parameters: readonly number[],
  network: {
    readonly forward: (operations: Operations) => readonly Value[];
    readonly upstream: readonly (readonly number[] | undefined)[];
  },
): Promise<{ outputs: Nested[][]; gradients: number[][] }> {
  const { forward, upstream } = network;
  const learner = createLearner(layout, startSnapshot(layout, Float32Array.from(parameters)));
  const shapes: (readonly number[])[] = [];
  const outputs = await learner.compute((operations) => {
    const values = forward(operations);
    shapes.splice(0, shapes.length, ...values.map(({ shape }) => shape));
    return values;
  });
  const { gradient } = await learner.gradient((operations) =>
    forward(operations)
      .flatMap((value, i) => (upstream[i] ? [operations.weightedSum(value, Float32Array.from(upstream[i]))] : []))
      .reduce((sum, term) => operations.add(sum, term)),
  );
  const replicas = learner.replicas;
  learner.dispose();
  return {
    outputs: outputs.map((values, i) => nest([...values], shapes[i]!) as Nested[]),
    gradients: Array.from({ length: replicas }, (_, r) => [...gradient.subarray(r * layout.size, (r + 1) * layout.size)]),
  };
}

const flat = (values: Nested): number[] => (typeof values === 'number' ? [values] : values.flatMap(flat));
const shapeOf = (values: Nested): number[] => (typeof values === 'number' ? [] : [values.length, ...shapeOf(values[0]!)]);

/** Numbers as arrays in arrays of a shape. */
export function nest(values: readonly number[], [extent, ...rest]: readonly number[]): Nested {
  if (extent === undefined) return values[0]!;
  const each = values.length / extent;
  return Array.from({ length: extent }, (_, i) => nest(values.slice(i * each, (i + 1) * each), rest));
}
