import type { DropoutDraws, Operations, Value } from '../../arrays/operations.js';
import type { ParameterLayout } from '../../model/layout.js';
import type { Learner, LearnerSnapshot, Loss, UpdateResult } from '../../model/learner.js';
import type { AdamWKnobs } from '../../optimizer/adamW.js';
import { Arena } from './arena.js';
import { Tape } from './tape.js';
import { TapeOperations } from './tapeOperations.js';

/** Parameters and moments `[R, row]` in memory; pointers in bytes. */
interface State {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

/** A learner on the SIMD kernels: every step is recorded on a tape in one arena, and gone back over for the gradient. */
export class CpuLearner implements Learner {
  readonly replicas: number;
  private held: Arena | undefined;
  /** Numbers a row of parameters takes: P, rounded up to whole vectors. */
  private readonly row: number;
  private readonly gradients: number;
  private state: State;
  /** The state before the last update, and where the next one goes. */
  private other: State;
  private updates: number;
  private mayUndo = false;

  constructor(module: WebAssembly.Module, readonly layout: ParameterLayout, start: LearnerSnapshot) {
    this.replicas = start.replicas;
    this.updates = start.updates;
    this.row = Math.ceil(layout.size / 4) * 4;
    const bytes = 4 * this.replicas * this.row;
    this.held = new Arena(module, 7 * bytes);
    const at = (place: number): number => this.arena.start + place * bytes;
    this.state = { parameters: at(0), first: at(1), second: at(2) };
    this.other = { parameters: at(3), first: at(4), second: at(5) };
    this.gradients = at(6);
    this.write(this.state.parameters, start.parameters);
    this.write(this.state.first, start.firstMoment);
    this.write(this.state.second, start.secondMoment);
  }

  async update(loss: Loss, optimizer: AdamWKnobs, dropout: DropoutDraws): Promise<UpdateResult> {
    const { arena, replicas, row, state, other, gradients } = this;
    const result = { loss: this.differentiate(loss, dropout), gradNorm: new Float32Array(replicas) };
    this.updates++;
    const { beta1, beta2, epsilon } = optimizer;
    for (let r = 0; r < replicas; r++) {
      const at = 4 * r * row;
      result.gradNorm[r] = arena.kernels.adamW(
        state.parameters + at, state.first + at, state.second + at,
        other.parameters + at, other.first + at, other.second + at, gradients + at, row,
        optimizer.learningRate[r]!, optimizer.weightDecay[r]!, optimizer.maxGradNorm[r]!, beta1, beta2, epsilon,
        1 - beta1 ** this.updates, 1 - beta2 ** this.updates,
      );
    }
    this.state = other;
    this.other = state;
    this.mayUndo = true;
    return result;
  }

  async gradient(loss: Loss, dropout?: DropoutDraws): Promise<{ loss: Float32Array; gradient: Float32Array }> {
    return { loss: this.differentiate(loss, dropout), gradient: this.read(this.gradients) };
  }

  async compute(forward: (operations: Operations) => readonly Value[]): Promise<Float32Array[]> {
    return this.withTape(0, undefined, (_, operations) => forward(operations).map((value) => operations.read(value)));
  }

  undo(): void {
    if (!this.mayUndo) throw new Error('there is no update to take back');
    [this.state, this.other] = [this.other, this.state];
    this.updates--;
    this.mayUndo = false;
  }

  async snapshot(): Promise<LearnerSnapshot> {
    const { parameters, first, second } = this.state;
    return {
      replicas: this.replicas,
      parameters: this.read(parameters),
      firstMoment: this.read(first),
      secondMoment: this.read(second),
      updates: this.updates,
    };
  }

  dispose(): void {
    this.held = undefined;
  }

  private get arena(): Arena {
    if (!this.held) throw new Error('the learner has been disposed of');
    return this.held;
  }

  /** The loss, `[R]`; its gradient is in `gradients` afterwards. */
  private differentiate(loss: Loss, dropout?: DropoutDraws): Float32Array {
    this.arena.view(this.gradients, this.replicas * this.row).fill(0);
    return this.withTape(this.gradients, dropout, (tape, operations) => {
      const losses = loss(operations);
      tape.backward(losses);
      return operations.read(losses);
    });
  }

  /** Works on a tape whose arrays are given back afterwards. */
  private withTape<T>(gradients: number, dropout: DropoutDraws | undefined, work: (tape: Tape, operations: TapeOperations) => T): T {
    const { arena, layout, state, row } = this;
    const { mark } = arena;
    const tape = new Tape(arena, this.replicas);
    try {
      return work(tape, new TapeOperations(tape, { layout, parameters: state.parameters, gradients, row: 4 * row }, dropout));
    } finally {
      arena.release(mark);
    }
  }

  private write(pointer: number, values: Float32Array): void {
    const { size } = this.layout;
    for (let r = 0; r < this.replicas; r++) {
      this.arena.view(pointer + 4 * r * this.row, size).set(values.subarray(r * size, (r + 1) * size));
    }
  }

  private read(pointer: number): Float32Array {
    const { size } = this.layout;
    const values = new Float32Array(this.replicas * size);
    for (let r = 0; r < this.replicas; r++) values.set(this.arena.view(pointer + 4 * r * this.row, size), r * size);
    return values;
  }
}
