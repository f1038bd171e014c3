import type { Generation } from './generation.js';
import type { Task } from './tasks/task.js';

/** A group by where it was generated. */
export interface GroupPlace {
  readonly generation: number;
  readonly group: number;
}

/**
 * The groups that a replica trains on, in the order in which they were generated: the first live ones, and where there are
 * too few, dead ones after them, so that a step always has as many.
 *
 * @param live of each generation that counts, whether its groups are
 */
export function chooseGroups(live: readonly (readonly boolean[])[], wanted: number): GroupPlace[] {
  const all = live.flatMap((groups, generation) => groups.map((lives, group) => ({ generation, group, lives })));
  const chosen = new Set([...all.filter(({ lives }) => lives), ...all.filter(({ lives }) => !lives)].slice(0, wanted));
  return all.filter((place) => chosen.has(place)).map(({ generation, group }) => ({ generation, group }));
}

/** The sequences of chosen groups, as many of each replica, put together as one generation. */
export function gatherGroups(task: Task, generations: readonly Generation[], chosen: readonly (readonly GroupPlace[])[], n: number): Generation {
  const rows = chosen.flatMap((places, replica) =>
    places.flatMap(({ generation, group }) => {
      const from = generations[generation]!;
      const first = (replica * from.live[replica]!.length + group) * n;
      return Array.from({ length: n }, (_, k) => ({ from, i: first + k }));
    }),
  );
  const width = Math.max(...generations.map(({ scored }) => scored.width));
  const kinds = task.rewards.length;
  /** Of each row a run of `each` numbers, which lie that far apart, or `own(from)` where they are narrower. */
  const copy = <T extends Int32Array | Float32Array | Float64Array>(to: T, each: number, read: (from: Generation) => T, own = (_: Generation): number => each): T => {
    rows.forEach(({ from, i }, row) => to.set(read(from).subarray(i * own(from), (i + 1) * own(from)), row * each));
    return to;
  };
  const ownWidth = ({ scored }: Generation): number => scored.width;
  const numbers = (each: number, read: (from: Generation) => Float64Array): Float64Array => copy(new Float64Array(rows.length * each), each, read);
  return {
    examples: rows.map(({ from, i }) => from.examples[i]!),
    prompts: copy(new Int32Array(rows.length * task.promptLength), task.promptLength, ({ prompts }) => prompts),
    scored: {
      tokens: copy(new Int32Array(rows.length * width).fill(task.padding), width, ({ scored }) => scored.tokens, ownWidth),
      width,
      lengths: copy(new Int32Array(rows.length), 1, ({ scored }) => scored.lengths),
      components: numbers(kinds, ({ scored }) => scored.components),
      rewards: numbers(1, ({ scored }) => scored.rewards),
      trueRewards: numbers(1, ({ scored }) => scored.trueRewards),
      punishments: numbers(1, ({ scored }) => scored.punishments),
    },
    logProbs: copy(new Float32Array(rows.length * width), width, ({ logProbs }) => logProbs, ownWidth),
    entropies: copy(new Float32Array(rows.length * width), width, ({ entropies }) => entropies, ownWidth),
    live: chosen.map((places, replica) => places.map(({ generation, group }) => generations[generation]!.live[replica]![group]!)),
    scalars: generations[0]!.scalars,
  };
}
