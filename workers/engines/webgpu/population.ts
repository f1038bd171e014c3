import { transformerLayout, type TransformerShape } from '../layout.js';
import type { PolicySnapshot } from '../policy.js';
import { scalarRow, stepScalars } from '../grpoStep.js';
import type { AdamWKnobs } from '../knobs.js';
import { normGroups, optimizerGroups } from './adamW.js';
import type { Kernels } from './kernels.js';
import type { Memory, Storage } from './memory.js';
import type { Recorder } from './recorder.js';

/** A population's weights and moments on the GPU, with what an update needs and can be taken back by. */
export class Population {
  readonly replicas: number;
  /** `[2, R, P]`: the policies' parameters, then those of the frozen reference. */
  readonly parameters: Storage;
  readonly gradient: Storage;
  /** Of the last update, `[stepScalars.length, R]`. */
  readonly scalars: Storage;
  /** Of one matrix `[R, P]`. */
  readonly bytes: number;
  private readonly parameterCount: number;
  /** `[2, R, P]`: the first moments, then the second ones. */
  private readonly moments: Storage;
  /** What the last update changed, as it was before: parameters and moments `[3, R, P]`. */
  private readonly kept: Storage;
  /** Parts of the squared norms. */
  private readonly norms: Storage;
  private updates = 0;
  private updatesBefore: number | undefined;

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
    this.parameters = memory.create('parameters', 2 * this.bytes);
    this.moments = memory.create('moments', 2 * this.bytes);
    this.kept = memory.create('kept', 3 * this.bytes);
    this.gradient = memory.create('gradient', this.bytes);
    this.norms = memory.create('norms', 4 * this.replicas * normGroups);
    this.scalars = memory.create('scalars', 4 * this.replicas * stepScalars.length);
    this.write(this.parameters, parameters, 0);
    this.write(this.parameters, start instanceof Float32Array ? start : start.reference, this.bytes);
    if (start instanceof Float32Array) return;
    this.write(this.moments, start.firstMoment, 0);
    this.write(this.moments, start.secondMoment, this.bytes);
    this.updates = start.updates;
  }

  /** Records that the last update is taken back. */
  undo(recorder: Recorder): void {
    if (this.updatesBefore === undefined) throw new Error('no update to take back');
    const { bytes } = this;
    recorder.copy({ from: this.kept, to: this.parameters, bytes });
    recorder.copy({ from: this.kept, at: bytes, to: this.moments, bytes: 2 * bytes });
    this.updates = this.updatesBefore;
    this.updatesBefore = undefined;
  }

  startOver(recorder: Recorder): void {
    const { bytes } = this;
    // By a detour: no copy may be within one buffer.
    recorder.copy({ from: this.parameters, to: this.kept, bytes });
    recorder.copy({ from: this.kept, to: this.parameters, toAt: bytes, bytes });
    recorder.clear(this.moments);
    this.updates = 0;
    this.updatesBefore = undefined;
  }

  /**
   * Records one update by the gradient.
   *
   * @param knobs their place in the inputs
   * @param share of this one among the inner epochs of an update; the first one keeps what `undo` returns to
   */
  optimize(recorder: Recorder, { beta1, beta2, epsilon }: AdamWKnobs, knobs: number, share: number, first: boolean): void {
    const { kernels, gradient, norms, scalars, parameterCount, replicas } = this;
    if (first) this.updatesBefore = this.updates;
    const updates = ++this.updates;
    recorder.dispatch(kernels.gradientNorm, { gradient, norms }, { parameters: parameterCount }, normGroups, replicas);
    recorder.dispatch(
      kernels.adamW,
      { gradient, norms, parameters: this.parameters, moments: this.moments, kept: this.kept, scalars },
      {
        parameters: parameterCount,
        replicas,
        knobs,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        epsilon,
        correction1: 1 - beta1 ** updates,
        correction2: 1 - beta2 ** updates,
        scalar: replicas * scalarRow('gradNorm'),
        share,
        first: Number(first),
      },
      optimizerGroups(parameterCount),
      replicas,
    );
  }

  /** The present state as plain data. `read` gives buffers' contents, one after the other. */
  async snapshot(read: (storages: readonly Storage[]) => Promise<Float32Array>): Promise<PolicySnapshot> {
    const { shape, replicas, updates } = this;
    const data = await read([this.parameters, this.moments]);
    const count = replicas * this.parameterCount;
    const part = (i: number): Float32Array => data.slice(i * count, (i + 1) * count);
    const [parameters, reference, firstMoment, secondMoment] = [part(0), part(1), part(2), part(3)];
    return { shape, replicas, parameters, firstMoment, secondMoment, reference, updates };
  }

  private write({ buffer }: Storage, values: Float32Array, at: number): void {
    this.memory.device.queue.writeBuffer(buffer, at, values as Float32Array<ArrayBuffer>);
  }
}
