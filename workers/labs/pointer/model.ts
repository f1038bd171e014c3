import { RandomSequence, streams } from '../../../src/core/random.js';
import type { PointerConfig } from '../../../src/core/labs/pointer/parameters.js';
import type { Operations, Value } from '../../engines/operations.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { ParameterLayout } from '../../engines/layout.js';
import { features } from './world.js';

/** Queries with their pools, replica by replica. */
export interface PointerBatch {
  /** B: queries a replica. */
  readonly size: number;
  /** K: candidates a query. */
  readonly poolSize: number;
  /** `[R, B, 16]`. */
  readonly queries: Float32Array;
  /** `[R, B, K, 16]`. */
  readonly candidates: Float32Array;
}

/** Sequences of picks: M of m candidates each for each query. */
export interface Picks {
  /** M. */
  readonly sequences: number;
  /** m. */
  readonly length: number;
  /** `[R, B, M, m]`. */
  readonly candidates: Int32Array;
}

/** Rates of dropping activations and attention weights, one a replica. */
export interface PointerDropout {
  readonly activations: readonly number[];
  readonly attention: readonly number[];
}

/** Units of the MLP between its two layers. */
const hidden = 32;

export interface PointerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
}

export function shapeOf({ width, layers, heads }: PointerConfig): PointerShape {
  return { width, layers, heads };
}

/** Weights `[inputs, outputs]` and biases of each linear map; `next` takes a state and the candidate just picked. */
export function pointerLayout({ width, layers }: PointerShape): ParameterLayout {
  const linear = (name: string, inputs: number, outputs = width): [string, number[]][] => [
    [`${name}.weight`, [inputs, outputs]],
    [`${name}.bias`, [outputs]],
  ];
  return new ParameterLayout([
    ...linear('query', features),
    ...linear('candidates', features),
    ...Array.from({ length: layers }, (_, i) =>
      ['query', 'key', 'value', 'out'].flatMap((name) => linear(`attention.${i}.${name}`, width)),
    ).flat(),
    ['norm.gain', [width]],
    ['norm.bias', [width]],
    ...linear('mlpUp', width, hidden),
    ...linear('mlpDown', hidden),
    ...linear('next', 2 * width),
    ...linear('pointerQuery', width),
    ...linear('pointerKey', width),
  ]);
}

/** Fresh weights for one replica a seed, `[seeds, P]`: uniform within ±1/√inputs, as torch.nn.Linear starts. */
export function initialisePointer(layout: ParameterLayout, seeds: PerReplica): Float32Array {
  const weights = new Float32Array(seeds.length * layout.size);
  seeds.forEach((seed, replica) => {
    let inputs = 0;
    layout.entries.forEach(({ name, shape, offset, size }, index) => {
      const values = weights.subarray(replica * layout.size + offset, replica * layout.size + offset + size);
      if (name.startsWith('norm.')) {
        values.fill(name === 'norm.gain' ? 1 : 0);
        return;
      }
      // A bias follows its weights and has as many inputs.
      if (shape.length === 2) inputs = shape[0]!;
      const random = new RandomSequence(seed, streams.initialisation, index);
      for (let i = 0; i < size; i++) values[i] = (2 * random.uniform() - 1) / Math.sqrt(inputs);
    });
  });
  return weights;
}

/**
 * A pointer network (Vinyals et al. 2015) whose query first attends over its pool. After each pick the query's state
 * takes the picked candidate in, h ← h + tanh(W [h, c] + b), and points again.
 *
 * @param known how many picks of each sequence are given; the logits are theirs and the next one's
 * @returns `logits` `[R, B · M · (known + 1), K]`, in which candidates picked before are not yet barred, and each
 *   layer's attention weights, `[R, heads · B, 1, K]`
 */
export function pickLogits(
  operations: Operations,
  shape: PointerShape,
  batch: PointerBatch,
  picks: Picks,
  known: number,
  dropout: PointerDropout,
): { logits: Value; attention: readonly Value[] } {
  const { width, layers, heads } = shape;
  const { replicas } = operations;
  const { size, poolSize } = batch;
  const { sequences } = picks;
  const linear = (x: Value, name: string): Value =>
    operations.add(operations.matMul(x, operations.parameter(`${name}.weight`)), operations.parameter(`${name}.bias`));
  const drop = (x: Value): Value => operations.dropout(x, dropout.activations);
  // [R, B · n, width] as [R, heads · B, n, width / heads], and back.
  const split = (x: Value, n: number): Value => {
    const parts = heads === 1 ? x : operations.swapMiddle(operations.reshape(x, [replicas, size * n, heads, width / heads]));
    return operations.reshape(parts, [replicas, heads * size, n, width / heads]);
  };
  const join = (x: Value): Value => {
    const parts = heads === 1 ? x : operations.swapMiddle(operations.reshape(x, [replicas, heads, size, width / heads]));
    return operations.reshape(parts, [replicas, size, width]);
  };

  let query = linear(operations.constant(batch.queries, [replicas, size, features]), 'query');
  let pool = linear(operations.constant(batch.candidates, [replicas, size * poolSize, features]), 'candidates');
  const attention: Value[] = [];
  for (let i = 0; i < layers; i++) {
    const part = (x: Value, name: string, n: number): Value => split(linear(x, `attention.${i}.${name}`), n);
    const match = operations.matMul(part(query, 'query', 1), part(pool, 'key', poolSize), true);
    const weights = operations.softmax(operations.linear(match, 1 / Math.sqrt(width / heads)));
    attention.push(weights);
    const seen = operations.matMul(operations.dropout(weights, dropout.attention), part(pool, 'value', poolSize));
    query = operations.add(query, drop(linear(join(seen), `attention.${i}.out`)));
  }
  const normed = operations.layerNorm(query, operations.parameter('norm.gain'), operations.parameter('norm.bias'));
  query = operations.add(query, drop(linear(drop(operations.relu(linear(normed, 'mlpUp'))), 'mlpDown')));
  pool = drop(pool);

  // [R, B · n, width] as [R, B, n, width].
  const byQuery = (x: Value, n: number): Value => operations.reshape(x, [replicas, size, n, width]);
  const states = [sequences === 1 ? query : repeated(operations, byQuery(query, 1), sequences)];
  for (let t = 0; t < known; t++) {
    const chosen = operations.constant(selection(picks, t, poolSize), [replicas, size, sequences, poolSize]);
    const picked = operations.reshape(operations.matMul(chosen, byQuery(pool, poolSize)), [replicas, size * sequences, width]);
    const state = states[t]!;
    states.push(operations.add(state, operations.tanh(linear(operations.concat([state, picked]), 'next'))));
  }
  const rows = sequences * (known + 1);
  const all = known === 0 ? states[0]! : operations.reshape(operations.concat(states), [replicas, size * rows, width]);
  const pointers = byQuery(linear(all, 'pointerQuery'), rows);
  const match = operations.matMul(pointers, byQuery(linear(pool, 'pointerKey'), poolSize), true);
  const logits = operations.linear(match, 1 / Math.sqrt(width));
  return { logits: operations.reshape(logits, [replicas, size * rows, poolSize]), attention };
}

/** Each query's state `[R, B, 1, width]` once for each of its sequences: `[R, B · M, width]`. */
function repeated(operations: Operations, query: Value, sequences: number): Value {
  const [replicas, size, , width] = query.shape as [number, number, number, number];
  const ones = operations.constant(new Float32Array(replicas * size * sequences).fill(1), [replicas, size, sequences, 1]);
  return operations.reshape(operations.matMul(ones, query), [replicas, size * sequences, width]);
}

/** 1 at the candidate of pick `t` of each sequence, else 0: `[R, B, M, K]`. */
function selection({ candidates, length }: Picks, t: number, poolSize: number): Float32Array {
  const rows = candidates.length / length;
  const chosen = new Float32Array(rows * poolSize);
  for (let row = 0; row < rows; row++) chosen[row * poolSize + candidates[row * length + t]!] = 1;
  return chosen;
}
