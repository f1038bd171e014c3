import type { DropoutDraws, Operations, Value } from '../operations.js';
import type { ParameterLayout } from '../layout.js';
import type { Learner, LearnerSnapshot, Loss, UpdateResult } from '../learner.js';
import type { AdamWKnobs } from '../knobs.js';
import { AdamWRows, adamWRowsSize, rowSize } from './adamWRows.js';
import { Arena } from './arena.js';
import { Tape } from './tape.js';
import { TapeOperations } from './tapeOperations.js';

/** What a learner has until it is disposed of. */
interface Memory {
  readonly arena: Arena;
  readonly rows: AdamWRows;
}

/** A learner on the SIMD kernels: every step is recorded on a tape in one arena, and gone back over for the gradient. */
export class CpuLearner implements Learner {
  readonly replicas: number;
  private held: Memory | undefined;
  /** Pointer to rows `[R, row]`. */
  private readonly gradients: number;

  constructor(module: WebAssembly.Module, readonly layout: ParameterLayout, start: LearnerSnapshot) {
    this.replicas = start.replicas;
    const rowsBytes = 4 * adamWRowsSize(this.replicas, layout.size);
    const arena = new Arena(module, rowsBytes + 4 * this.replicas * rowSize(layout.size));
    const rows = new AdamWRows(arena.kernels, arena.start, this.replicas, layout.size);
    rows.load(start);
    this.held = { arena, rows };
    this.gradients = arena.start + rowsBytes;
  }

  async update(loss: Loss, optimizer: AdamWKnobs, dropout: DropoutDraws): Promise<UpdateResult> {
    const { rows } = this.memory;
    const result = { loss: this.differentiate(loss, dropout), gradNorm: new Float32Array(this.replicas) };
    for (let r = 0; r < this.replicas; r++) {
      result.gradNorm[r] = rows.optimize(r, rows.rowAt(this.gradients, r), optimizer);
    }
    rows.advance(1);
    return result;
  }

  async gradient(loss: Loss, dropout?: DropoutDraws): Promise<{ loss: Float32Array; gradient: Float32Array }> {
    return { loss: this.differentiate(loss, dropout), gradient: this.memory.rows.read(this.gradients) };
  }

  async compute(forward: (operations: Operations) => readonly Value[]): Promise<Float32Array[]> {
    return this.withTape(0, undefined, (_, operations) => forward(operations).map((value) => operations.read(value)));
  }

  undo(): void {
    this.memory.rows.undo();
  }

  async snapshot(): Promise<LearnerSnapshot> {
    return this.memory.rows.snapshot();
  }

  dispose(): void {
    this.held = undefined;
  }

  private get memory(): Memory {
    if (!this.held) throw new Error('the learner has been disposed of');
    return this.held;
  }

  /** The loss, `[R]`; its gradient is in `gradients` afterwards. */
  private differentiate(loss: Loss, dropout?: DropoutDraws): Float32Array {
    const { arena, rows } = this.memory;
    arena.view(this.gradients, this.replicas * rows.row).fill(0);
    return this.withTape(this.gradients, dropout, (tape, operations) => {
      const losses = loss(operations);
      tape.backward(losses);
      return operations.read(losses);
    });
  }

  /** Works on a tape whose arrays are given back afterwards. */
  private withTape<T>(gradients: number, dropout: DropoutDraws | undefined, work: (tape: Tape, operations: TapeOperations) => T): T {
    const { arena, rows } = this.memory;
    const { mark } = arena;
    const tape = new Tape(arena, this.replicas);
    const memory = { layout: this.layout, parameters: rows.parametersAt(0), gradients, row: 4 * rows.row };
    try {
      return work(tape, new TapeOperations(tape, memory, dropout));
    } finally {
      arena.release(mark);
    }
  }
}
