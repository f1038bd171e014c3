import { adamWFields } from '../grpoStep.js';
import type { LearnerSnapshot } from '../learner.js';
import type { AdamWKnobs } from '../knobs.js';

/** What the kernels of a memory export for rows that lie in it; pointers are in bytes. */
export interface AdamWKernels {
  readonly memory: WebAssembly.Memory;
  /** Pointer to what `adamW` reads. */
  readonly adamWKnobs: WebAssembly.Global<'i32'>;
  /** Rows of moments lie `apart` and twice `apart` after those of parameters. */
  adamW(parameters: number, newParameters: number, apart: number, gradient: number, count: number): number;
}

/** Makes these knobs those that `adamW` reads. */
export function putAdamWKnobs(
  { memory, adamWKnobs }: AdamWKernels,
  knobs: Readonly<Record<(typeof adamWFields)[number], number>>,
): void {
  new Float64Array(memory.buffer, adamWKnobs.value, adamWFields.length).set(adamWFields.map((name) => knobs[name]));
}

/** Pointers to rows `[R, row]`, as far apart in every state. */
interface State {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

/** Numbers that a row of so many parameters takes: rounded up to whole vectors. */
export function rowSize(parameters: number): number {
  return Math.ceil(parameters / 4) * 4;
}

/** Numbers that the rows of a population take. */
export function adamWRowsSize(replicas: number, size: number): number {
  return 6 * replicas * rowSize(size);
}

/**
 * A population's parameters and moments in the memory of kernels, now and before the last update. An update is made for
 * one replica after the other, from the present state to where the one before was, and becomes the present by `advance`.
 */
export class AdamWRows {
  /** Numbers that a row takes. */
  readonly row: number;
  private state: State;
  private other: State;
  private updates = 0;
  /** Updates before the last one, while that one can be taken back. */
  private updatesBefore: number | undefined;

  /**
   * @param start pointer to `adamWRowsSize` zeros
   * @param size parameters of a replica
   */
  constructor(
    private readonly kernels: AdamWKernels,
    start: number,
    private readonly replicas: number,
    private readonly size: number,
  ) {
    this.row = rowSize(size);
    const at = (place: number): number => start + 4 * place * replicas * this.row;
    this.state = { parameters: at(0), first: at(1), second: at(2) };
    this.other = { parameters: at(3), first: at(4), second: at(5) };
  }

  load({ parameters, firstMoment, secondMoment, updates }: Omit<LearnerSnapshot, 'replicas'>): void {
    this.write(this.state.parameters, parameters);
    this.write(this.state.first, firstMoment);
    this.write(this.state.second, secondMoment);
    this.updates = updates;
  }

  snapshot(): LearnerSnapshot {
    const { parameters, first, second } = this.state;
    return {
      replicas: this.replicas,
      parameters: this.read(parameters),
      firstMoment: this.read(first),
      secondMoment: this.read(second),
      updates: this.updates,
    };
  }

  /** Pointer to a replica's parameters, after so many steps of the update that is being made. */
  parametersAt(replica: number, steps = 0): number {
    return this.rowAt(this.stateAfter(steps).parameters, replica);
  }

  /** The next step of a replica's update after so many, along the row at `gradient`; returns the gradient's norm. */
  optimize(replica: number, gradient: number, knobs: AdamWKnobs, steps = 0): number {
    const { beta1, beta2 } = knobs;
    const from = this.stateAfter(steps);
    const to = this.other;
    const updates = this.updates + steps + 1;
    putAdamWKnobs(this.kernels, {
      ...knobs,
      learningRate: knobs.learningRate[replica]!,
      weightDecay: knobs.weightDecay[replica]!,
      maxGradNorm: knobs.maxGradNorm[replica]!,
      correction1: 1 - beta1 ** updates,
      correction2: 1 - beta2 ** updates,
    });
    const rows = [this.rowAt(from.parameters, replica), this.rowAt(to.parameters, replica)] as const;
    return this.kernels.adamW(...rows, from.first - from.parameters, gradient, this.row);
  }

  /** Makes an update of so many steps, which all replicas have made, the present state. */
  advance(steps: number): void {
    [this.state, this.other] = [this.other, this.state];
    this.updatesBefore = this.updates;
    this.updates += steps;
  }

  /** Takes the last update back; throws where there is none left to take back. */
  undo(): void {
    if (this.updatesBefore === undefined) throw new Error('there is no update to take back');
    [this.state, this.other] = [this.other, this.state];
    this.updates = this.updatesBefore;
    this.updatesBefore = undefined;
  }

  /** The moments become zeros, and nothing can be taken back. */
  startOver(): void {
    this.view(this.state.first, this.replicas * this.row).fill(0);
    this.view(this.state.second, this.replicas * this.row).fill(0);
    this.updates = 0;
    this.updatesBefore = undefined;
  }

  /** Pointer to a replica's row of rows that begin at a pointer. */
  rowAt(rows: number, replica: number): number {
    return rows + 4 * replica * this.row;
  }

  /** Sets rows by numbers `[R, P]`. */
  write(rows: number, values: Float32Array): void {
    for (let replica = 0; replica < this.replicas; replica++) {
      const own = values.subarray(replica * this.size, (replica + 1) * this.size);
      this.view(this.rowAt(rows, replica), this.size).set(own);
    }
  }

  /** The numbers `[R, P]` of rows. */
  read(rows: number): Float32Array {
    const values = new Float32Array(this.replicas * this.size);
    for (let replica = 0; replica < this.replicas; replica++) {
      values.set(this.view(this.rowAt(rows, replica), this.size), replica * this.size);
    }
    return values;
  }

  private stateAfter(steps: number): State {
    return steps === 0 ? this.state : this.other;
  }

  private view(pointer: number, count: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, pointer, count);
  }
}
