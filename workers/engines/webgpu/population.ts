import { transformerLayout, type TransformerShape } from '../layout.js';
import type { PolicySnapshot } from '../policy.js';
import { scalarRow, stepScalars } from '../grpoStep.js';
import { joinHistory, splitHistory } from '../history.js';
import type { AdamWKnobs, Sampler } from '../knobs.js';
import { normGroups, optimizerGroups } from './adamW.js';
import type { Kernels } from './kernels.js';
import type { Memory, Storage } from './memory.js';
import type { Recorder } from './recorder.js';
import { addRounded } from './roundWeights.js';

interface State {
  /** `[2, R, P]`: the policies' parameters, then those of the frozen reference. */
  readonly parameters: Storage;
  /** `[2, R, P]`: the first moments, then the second ones. */
  readonly moments: Storage;
}

/**
 * A population's weights and moments on the GPU, now and before the last update. An update is made from the present
 * state to where the one before was, which then is the present one.
 */
export class Population {
  readonly replicas: number;
  readonly gradient: Storage;
  /** Of the last update, `[stepScalars.length, R]`. */
  readonly scalars: Storage;
  /** Of one matrix `[R, P]`. */
  readonly bytes: number;
  private readonly parameterCount: number;
  private state: State;
  private other: State;
  /** Parts of the squared norms. */
  private readonly norms: Storage;
  private updates = 0;
  private updatesBefore: number | undefined;
  /** `[R, P]` each: the parameters before each of the last updates, the oldest first. */
  private history: Storage[] = [];

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
    const createState = (): State => ({
      parameters: memory.create('parameters', 2 * this.bytes),
      moments: memory.create('moments', 2 * this.bytes),
    });
    [this.state, this.other] = [createState(), createState()];
    this.gradient = memory.create('gradient', this.bytes);
    this.norms = memory.create('norms', 4 * this.replicas * normGroups);
    this.scalars = memory.create('scalars', 4 * this.replicas * stepScalars.length);
    const { state, other } = this;
    this.write(state.parameters, parameters, 0);
    const reference = start instanceof Float32Array ? start : start.reference;
    for (const { parameters } of [state, other]) this.write(parameters, reference, this.bytes);
    if (start instanceof Float32Array) return;
    this.write(state.moments, start.firstMoment, 0);
    this.write(state.moments, start.secondMoment, this.bytes);
    this.updates = start.updates;
    this.history = splitHistory(start).map((past) => {
      const storage = memory.create('history', this.bytes);
      this.write(storage, past, 0);
      return storage;
    });
  }

  /** `[2, R, P]`: the policies' present parameters, then those of the frozen reference. Another buffer after an update. */
  get parameters(): Storage {
    return this.state.parameters;
  }

  /** The weights that a sampler has: those in training, or rounded ones, or those before earlier updates. */
  samplerOf(recorder: Recorder, sampler: Sampler | undefined): Storage {
    const { memory, kernels, shape, parameterCount, replicas, history, parameters } = this;
    if (!sampler) return parameters;
    const weights = (sampler.staleness > 0 ? (history.at(-sampler.staleness) ?? history[0]) : undefined) ?? parameters;
    if (sampler.precision === 'float32') return weights;
    const rounded = memory.workspace('rounded', this.bytes);
    const { entries, count } = addRounded(recorder.inputs, shape, sampler.precision);
    recorder.dispatch(kernels.roundWeights, { weights, rounded }, { parameters: parameterCount, entries }, count, replicas);
    return rounded;
  }

  /** Records that the present parameters are kept, and as many before them that the update which follows may be taken back. */
  remember(recorder: Recorder, staleness: number): void {
    const { history, memory, bytes } = this;
    const to = history.length > staleness ? history.shift()! : memory.create('history', bytes);
    recorder.copy({ from: this.parameters, to, bytes });
    history.push(to);
  }

  /** Takes the last update back; throws where there is none left to take back. */
  undo(): void {
    if (this.updatesBefore === undefined) throw new Error('no update to take back');
    [this.state, this.other] = [this.other, this.state];
    this.updates = this.updatesBefore;
    this.updatesBefore = undefined;
    const undone = this.history.pop();
    if (undone) this.memory.destroy(undone);
  }

  /** Records that the present policies become the reference, and the moments zeros; nothing can be taken back. */
  startOver(recorder: Recorder): void {
    const { bytes, state, other } = this;
    // To the one by way of the other: no copy may be within one buffer.
    recorder.copy({ from: state.parameters, to: other.parameters, toAt: bytes, bytes });
    recorder.copy({ from: other.parameters, at: bytes, to: state.parameters, toAt: bytes, bytes });
    recorder.clear(state.moments);
    for (const storage of this.history.splice(0)) this.memory.destroy(storage);
    this.updates = 0;
    this.updatesBefore = undefined;
  }

  /**
   * Records one update by the gradient.
   *
   * @param knobs their place in the inputs
   * @param share of this one among the gradient steps of an update, of which the first begins a new state
   */
  optimize(recorder: Recorder, { beta1, beta2, epsilon }: AdamWKnobs, knobs: number, share: number, first: boolean): void {
    const { kernels, gradient, norms, scalars, parameterCount, replicas } = this;
    if (first) {
      this.updatesBefore = this.updates;
      [this.state, this.other] = [this.other, this.state];
    }
    const { state, other } = this;
    const updates = ++this.updates;
    recorder.dispatch(kernels.gradientNorm, { gradient, norms }, { parameters: parameterCount }, normGroups, replicas);
    recorder.dispatch(
      kernels.adamW,
      { gradient, norms, parametersBefore: other.parameters, momentsBefore: other.moments, ...state, scalars },
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
    const data = await read([this.state.parameters, this.state.moments, ...this.history]);
    const count = replicas * this.parameterCount;
    const part = (i: number): Float32Array => data.slice(i * count, (i + 1) * count);
    const [parameters, reference, firstMoment, secondMoment] = [part(0), part(1), part(2), part(3)];
    const past = this.history.map((_, k) => part(4 + k));
    const history = past.length > 0 && { history: joinHistory(past, replicas) };
    return { shape, replicas, parameters, firstMoment, secondMoment, reference, updates, ...history };
  }

  private write({ buffer }: Storage, values: Float32Array, at: number): void {
    this.memory.device.queue.writeBuffer(buffer, at, values as Float32Array<ArrayBuffer>);
  }
}
