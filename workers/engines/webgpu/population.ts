import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { PolicySnapshot } from '../policy.js';
import { scalarRow, stepScalars } from '../grpoStep.js';
import type { AdamWKnobs } from '../knobs.js';
import { adamWLanes } from './adamW.js';
import type { Kernels } from './kernels.js';
import type { Memory, Storage } from './memory.js';
import type { Recorder } from './recorder.js';

const matrices = ['parameters', 'firstMoment', 'secondMoment'] as const;

type State = Record<(typeof matrices)[number], Storage> & { updates: number };

/** A population's parameters and moments `[R, P]` on the GPU, with what an update needs and can be taken back by. */
export class Population {
  readonly replicas: number;
  /** The frozen reference's parameters. */
  readonly reference: Storage;
  readonly gradient: Storage;
  /** Of the last update, `[stepScalars.length, R]`. */
  readonly scalars: Storage;
  /** Of one matrix. */
  readonly bytes: number;
  private readonly parameterCount: number;
  private readonly norms: Storage;
  private state: State;
  private previous: State;
  private undoable = false;

  /** @param start parameters `[R, P]`, which are the reference too, or a snapshot */
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: Memory,
    private readonly shape: TransformerShape,
    start: Float32Array | PolicySnapshot,
  ) {
    const parameters = start instanceof Float32Array ? start : start.parameters;
    this.parameterCount = transformerLayout(shape).size;
    this.replicas = parameters.length / this.parameterCount;
    this.bytes = 4 * parameters.length;
    this.state = this.createState();
    this.previous = this.createState();
    this.reference = memory.create('reference', this.bytes);
    this.gradient = memory.create('gradient', this.bytes);
    this.norms = memory.create('norms', 4 * this.replicas);
    this.scalars = memory.create('scalars', 4 * this.replicas * stepScalars.length);
    this.write(this.state.parameters, parameters);
    this.write(this.reference, start instanceof Float32Array ? start : start.reference);
    if (start instanceof Float32Array) return;
    this.write(this.state.firstMoment, start.firstMoment);
    this.write(this.state.secondMoment, start.secondMoment);
    this.state.updates = start.updates;
  }

  get parameters(): Storage {
    return this.state.parameters;
  }

  /** Records a copy of the state that `undo` returns to. */
  keep(recorder: Recorder): void {
    for (const name of matrices) recorder.copy(this.state[name], this.previous[name], this.bytes);
    this.previous.updates = this.state.updates;
    this.undoable = true;
  }

  undo(): void {
    if (!this.undoable) throw new Error('no update to take back');
    [this.state, this.previous] = [this.previous, this.state];
    this.undoable = false;
  }

  startOver(recorder: Recorder): void {
    recorder.copy(this.state.parameters, this.reference, this.bytes);
    recorder.clear(this.state.firstMoment);
    recorder.clear(this.state.secondMoment);
    this.state.updates = 0;
    this.undoable = false;
  }

  /**
   * Records one update by the gradient.
   *
   * @param knobs their place in the inputs
   * @param share of this update in the mean of norms among the scalars, which `first` begins
   */
  optimize(recorder: Recorder, { beta1, beta2, epsilon }: AdamWKnobs, knobs: number, share: number, first: boolean): void {
    const { kernels, gradient, norms, parameterCount, replicas } = this;
    const { parameters, firstMoment, secondMoment } = this.state;
    const updates = ++this.state.updates;
    const scalar = replicas * scalarRow('gradNorm');
    recorder.dispatch(
      kernels.gradientNorm,
      { gradient, norms, scalars: this.scalars },
      { parameters: parameterCount, scalar, share, first: Number(first) },
      replicas,
    );
    recorder.dispatch(
      kernels.adamW,
      { gradient, norms, parameters, firstMoment, secondMoment },
      {
        parameters: parameterCount,
        knobs,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        epsilon,
        correction1: 1 - beta1 ** updates,
        correction2: 1 - beta2 ** updates,
      },
      Math.ceil(parameterCount / adamWLanes),
      replicas,
    );
  }

  /** The present state as plain data. `read` gives buffers' contents, one after the other. */
  async snapshot(read: (storages: readonly Storage[]) => Promise<Float32Array>): Promise<PolicySnapshot> {
    const { shape, replicas, state } = this;
    const { updates } = state;
    const data = await read([...matrices.map((name) => state[name]), this.reference]);
    const count = replicas * this.parameterCount;
    const part = (i: number): Float32Array => data.slice(i * count, (i + 1) * count);
    const [parameters, firstMoment, secondMoment, reference] = [part(0), part(1), part(2), part(3)];
    return { shape, replicas, parameters, firstMoment, secondMoment, reference, updates };
  }

  private createState(): State {
    const [parameters, firstMoment, secondMoment] = [0, 1, 2].map((i) => this.memory.create(matrices[i]!, this.bytes));
    return { parameters: parameters!, firstMoment: firstMoment!, secondMoment: secondMoment!, updates: 0 };
  }

  private write({ buffer }: Storage, values: Float32Array): void {
    this.memory.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  }
}
