/**
 * Counter-based random numbers: `random(seed, stream, step, index)` is a pure function, so a resumed, forked or
 * shared run draws the same numbers and no generator state has to be saved. The hash is PCG-RXS-M-XS 32
 * (O'Neill 2014; as a hash: Jarzynski & Olano, 'Hash Functions for GPU Rendering', 2020), in u32 arithmetic only,
 * so that a shader or WebAssembly can compute the same bits.
 */

/** Streams keep draws for different purposes independent of each other. */
export const streams = {
  dataSplit: 1,
  dataOrder: 2,
  demonstrations: 3,
  initialisation: 4,
  dropout: 5,
  sampling: 6,
  validation: 7,
  verifier: 8,
  covariance: 9,
} as const;

function pcgHash(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** The key that `seed`, `stream` and `step` share; compute it once and draw many indices with `randomAt`. */
export function randomKey(seed: number, stream: number, step: number): number {
  return pcgHash((step + pcgHash((stream + pcgHash(seed)) >>> 0)) >>> 0);
}

/** 32 random bits, as an unsigned integer, for the `index`-th draw under `key`. */
export function randomAt(key: number, index: number): number {
  return pcgHash((key + pcgHash(index)) >>> 0);
}

/** 32 random bits, as an unsigned integer. */
export function random(seed: number, stream: number, step: number, index: number): number {
  return randomAt(randomKey(seed, stream, step), index);
}

/** The upper 24 bits as a number in [0, 1) that single precision represents exactly. */
export function toUniform(bits: number): number {
  return (bits >>> 8) / 0x1000000;
}

/** Draws one after the other under one key, for code that does not know beforehand how many it needs. */
export class RandomSequence {
  private index = 0;
  private readonly key: number;

  constructor(seed: number, stream: number, step: number) {
    this.key = randomKey(seed, stream, step);
  }

  /** In [0, 1). */
  uniform(): number {
    return toUniform(randomAt(this.key, this.index++));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** An integer in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** An index drawn with the given probabilities, which sum to 1. */
  choice(probabilities: readonly number[]): number {
    let rest = this.uniform();
    for (let i = 0; i < probabilities.length - 1; i++) {
      rest -= probabilities[i]!;
      if (rest < 0) return i;
    }
    return probabilities.length - 1;
  }

  /** A standard normal draw (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** 0 … count − 1 in random order (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}
