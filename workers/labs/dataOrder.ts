import { RandomSequence, streams } from '../../src/core/random.js';

/** An endless order of a replica's training examples: one random permutation after the other. */
export class DataOrder {
  private epoch = -1;
  private order: Int32Array = new Int32Array();

  constructor(
    private readonly seed: number,
    private readonly examples: number,
  ) {}

  /** The example at a place in the order; places of one permutation should be asked for together. */
  at(place: number): number {
    const epoch = Math.floor(place / this.examples);
    if (epoch !== this.epoch) {
      this.order = new RandomSequence(this.seed, streams.dataOrder, epoch).permutation(this.examples);
      this.epoch = epoch;
    }
    return this.order[place % this.examples]!;
  }
}
