import { randomKey, streams } from '../../../src/core/random.js';
import type { Dropout } from '../../model/dropout.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import {
  mostInnerEpochs,
  type GrpoUpdate,
  type Policy,
  type PolicySnapshot,
  type Sample,
  type SampleRequest,
  type SupervisedUpdate,
} from '../../model/policy.js';
import type { AdamWKnobs } from '../../optimizer/adamW.js';
import { grpoSequences, type GrpoSequences } from './grpoSequences.js';
import { CpuKernels } from './kernels.js';
import { packPasses, type Pass } from './passes.js';
import { sampleResponses } from './sampleResponses.js';
import { supervisedSequences } from './supervisedSequences.js';

/** Scalars of a step: the eight sums of the loss, and the gradient norm. */
const scalarCount = 9;
const clipFraction = 6;
const gradNorm = 8;
const estimators = { k1: 1, k2: 2, k3: 3 } as const;
const unbounded = 1e30;

/** Pointers to rows `[R, rowSize]`. */
interface Rows {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

/**
 * Policies trained by SIMD WebAssembly on one core. Replicas are computed one after the other, so that a replica's
 * results do not depend on how many there are; all memory is taken at the start.
 */
export class CpuPolicy implements Policy {
  private held: CpuKernels | undefined;
  private readonly replicas: number;
  private readonly size: number;
  /** The present state and the one before the last update, which change places. */
  private state: Rows;
  private before: Rows;
  private updates = 0;
  /** Updates before the last one, while that one can be taken back. */
  private updatesBefore: number | undefined;
  private readonly reference: number;
  private readonly gradientRow: number;
  private untold: Float32Array | undefined;

  /**
   * @param module the compiled kernels
   * @param start parameters `[R, P]`, which become the reference too, or a snapshot
   */
  constructor(
    module: WebAssembly.Module,
    private readonly shape: TransformerShape,
    start: Float32Array | PolicySnapshot,
  ) {
    this.size = transformerLayout(shape).size;
    const parameters = start instanceof Float32Array ? start : start.parameters;
    this.replicas = parameters.length / this.size;
    this.held = new CpuKernels(module, shape);
    const rows = this.replicas * this.kernels.rowSize;
    const allocate = (): Rows => ({
      parameters: this.kernels.allocate(rows),
      first: this.kernels.allocate(rows),
      second: this.kernels.allocate(rows),
    });
    this.state = allocate();
    this.before = allocate();
    this.reference = this.kernels.allocate(rows);
    this.gradientRow = this.kernels.allocate(this.kernels.rowSize);
    this.putRows(this.state.parameters, parameters);
    if (start instanceof Float32Array) {
      this.startOver();
    } else {
      this.putRows(this.state.first, start.firstMoment);
      this.putRows(this.state.second, start.secondMoment);
      this.putRows(this.reference, start.reference);
      this.updates = start.updates;
    }
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { kernels } = this;
    const responses = sampleResponses(kernels, request, this.replicas, (replica) =>
      kernels.run.loadWeights(kernels.at.policyPanels, this.rowAt(this.state.parameters, replica)),
    );
    return { ...responses, scalars: this.tell() };
  }

  update(update: GrpoUpdate): void {
    const scalars = new Float32Array(scalarCount * this.replicas);
    for (let replica = 0; replica < this.replicas; replica++) {
      const own = this.updateReplica(update, replica);
      own.forEach((value, k) => (scalars[k * this.replicas + replica] = value));
    }
    this.advance(update.innerEpochs);
    this.untold = scalars;
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    const losses = new Float32Array(this.replicas);
    for (let replica = 0; replica < this.replicas; replica++) {
      losses[replica] = this.supervisedGradient(update, replica);
      this.optimize(replica, this.state, update.optimizer, this.updates + 1);
    }
    this.advance(1);
    return losses;
  }

  async scalars(): Promise<Float32Array | undefined> {
    return this.tell();
  }

  undo(): void {
    if (this.updatesBefore === undefined) throw new Error('there is no update to take back');
    [this.state, this.before] = [this.before, this.state];
    this.updates = this.updatesBefore;
    this.updatesBefore = undefined;
    this.untold = undefined;
  }

  startOver(): void {
    const { kernels, state } = this;
    const rows = this.replicas * kernels.rowSize;
    kernels.putFloats(this.reference, kernels.floats(state.parameters, rows));
    kernels.floats(state.first, rows).fill(0);
    kernels.floats(state.second, rows).fill(0);
    this.updates = 0;
    this.updatesBefore = undefined;
    this.untold = undefined;
  }

  async snapshot(): Promise<PolicySnapshot> {
    return {
      shape: this.shape,
      replicas: this.replicas,
      parameters: this.takeRows(this.state.parameters),
      firstMoment: this.takeRows(this.state.first),
      secondMoment: this.takeRows(this.state.second),
      reference: this.takeRows(this.reference),
      updates: this.updates,
    };
  }

  async parameters(): Promise<Float32Array> {
    return this.takeRows(this.state.parameters);
  }

  dispose(): void {
    this.held = undefined;
  }

  private get kernels(): CpuKernels {
    if (!this.held) throw new Error('the policy has been disposed of');
    return this.held;
  }

  /** Bytes that the kernels' memory has, parameters and all. */
  get bytes(): number {
    return this.kernels.run.memory.buffer.byteLength;
  }

  /** Makes the gradient steps of one replica, from `state` to `before`, and returns its scalars. */
  private updateReplica(update: GrpoUpdate, replica: number): Float64Array {
    const { kernels } = this;
    const { innerEpochs, dropout } = update;
    const batch = update.lengths.length / this.replicas;
    const drops = dropout.rates[replica]! > 0;
    const packed = grpoSequences(update, replica, batch, this.shape.causal && !drops);
    const passes = packPasses(packed.sequences, this.shape.context, kernels.capacity);
    const old = new Float32Array(packed.targets.length);
    const reference = new Float32Array(packed.targets.length);
    const scalars = new Float64Array(scalarCount);
    kernels.run.loadWeights(kernels.at.referencePanels, this.rowAt(this.reference, replica));
    for (let epoch = 0; epoch < innerEpochs; epoch++) {
      const from = epoch === 0 ? this.state : this.before;
      this.startGradient(from, replica);
      this.setDropout(dropout, replica, dropout.step * mostInnerEpochs + epoch, batch);
      const totals = kernels.totals().fill(0);
      for (const pass of passes) this.grpoPass(update, replica, packed, pass, old, reference, epoch);
      kernels.run.storeGradients(this.gradientRow);
      const norm = this.optimize(replica, from, update.optimizer, this.updates + epoch + 1);
      if (epoch === 0) {
        // The losses are weighted already; the decisive entropy is a mean over responses, the others over tokens.
        totals.forEach((total, k) => (scalars[k] = k < 2 ? total : total / (k === 4 ? batch : packed.tokens)));
        if (!packed.hasDecisive) scalars[4] = NaN;
        scalars[clipFraction] = 0;
      }
      scalars[clipFraction]! += totals[clipFraction]! / packed.tokens / innerEpochs;
      scalars[gradNorm]! += norm / innerEpochs;
    }
    return scalars;
  }

  /** Adds the gradients of one pass. `old` and `reference`, a number an output, are found in the first epoch. */
  private grpoPass(
    update: GrpoUpdate,
    replica: number,
    packed: GrpoSequences,
    pass: Pass,
    old: Float32Array,
    reference: Float32Array,
    epoch: number,
  ): void {
    const { kernels } = this;
    const { run, at } = kernels;
    const { loss, innerEpochs } = update;
    const temperature = loss.temperature[replica]!;
    const outputs = pass.outputRows.length;
    const [from, to] = [pass.firstOutput, pass.firstOutput + outputs];
    kernels.open(pass);
    kernels.putIntegers(at.outputTargets, packed.targets.subarray(from, to));
    kernels.putIntegers(at.outputDecisive, packed.decisive.subarray(from, to));
    kernels.putFloats(at.outputMasks, packed.masks.subarray(from, to));
    kernels.putFloats(at.outputWeights, packed.weights.subarray(from, to));
    kernels.putFloats(at.outputAdvantages, packed.advantages.subarray(from, to));
    kernels.putFloats(at.outputSamplingLogProbs, packed.samplingLogProbs.subarray(from, to));
    const drops = update.dropout.rates[replica]! > 0;
    if (epoch === 0) {
      run.forward(at.referencePanels, false);
      run.targetLogProbs(at.outputReferenceLogProbs, outputs, temperature);
      if (innerEpochs > 1 && drops) {
        run.forward(at.policyPanels, false);
        run.targetLogProbs(at.outputOldLogProbs, outputs, temperature);
      }
    } else {
      kernels.putFloats(at.outputReferenceLogProbs, reference.subarray(from, to));
      kernels.putFloats(at.outputOldLogProbs, old.subarray(from, to));
    }
    run.forward(at.policyPanels, true);
    const { low, high, dual } = loss.bounds;
    const bounds = [low[replica]!, high[replica]!, dual[replica]! || Infinity].map((x) => Math.min(x, unbounded));
    run.grpoLoss(
      outputs, temperature, loss.klCoefficient[replica]!, loss.entropyCoefficient[replica]!,
      loss.labelSmoothing[replica]!, bounds[0]!, bounds[1]!, bounds[2]!, estimators[loss.klEstimator],
      innerEpochs === 1 || (epoch === 0 && !drops),
    );
    run.backward();
    if (epoch === 0 && innerEpochs > 1) {
      reference.set(kernels.floats(at.outputReferenceLogProbs, outputs), from);
      old.set(kernels.floats(at.outputOldLogProbs, outputs), from);
    }
  }

  /** The gradient of one replica's cross-entropy, to `gradientRow`; returns the loss. */
  private supervisedGradient(update: SupervisedUpdate, replica: number): number {
    const { kernels } = this;
    const batch = update.mask.length / (this.replicas * update.length);
    const { sequences, targets, weights } = supervisedSequences(update, replica, batch, this.shape.causal);
    this.startGradient(this.state, replica);
    this.setDropout(update.dropout, replica, update.dropout.step, batch);
    let loss = 0;
    for (const pass of packPasses(sequences, this.shape.context, kernels.capacity)) {
      const outputs = pass.outputRows.length;
      const [from, to] = [pass.firstOutput, pass.firstOutput + outputs];
      kernels.open(pass);
      kernels.putIntegers(kernels.at.outputTargets, targets.subarray(from, to));
      kernels.putFloats(kernels.at.outputWeights, weights.subarray(from, to));
      kernels.run.forward(kernels.at.policyPanels, true);
      loss += kernels.run.crossEntropy(outputs, update.labelSmoothing[replica]!);
      kernels.run.backward();
    }
    kernels.run.storeGradients(this.gradientRow);
    return loss;
  }

  private startGradient(state: Rows, replica: number): void {
    const { run, at } = this.kernels;
    const parameters = this.rowAt(state.parameters, replica);
    run.loadWeights(at.policyPanels, parameters);
    run.loadTransposed(parameters);
    run.clearGradients();
  }

  private setDropout(dropout: Dropout, replica: number, step: number, batch: number): void {
    const key = randomKey(dropout.seeds[replica]!, streams.dropout, step);
    this.kernels.run.setDropout(dropout.rates[replica]!, key, batch);
  }

  /** One step of AdamW from a state to `before` by the gradient at hand; returns its norm. */
  private optimize(replica: number, from: Rows, knobs: AdamWKnobs, updates: number): number {
    const { beta1, beta2, epsilon } = knobs;
    const to = this.before;
    return this.kernels.run.adamW(
      this.rowAt(from.parameters, replica), this.rowAt(from.first, replica), this.rowAt(from.second, replica),
      this.rowAt(to.parameters, replica), this.rowAt(to.first, replica), this.rowAt(to.second, replica),
      this.gradientRow, this.kernels.rowSize, knobs.learningRate[replica]!, knobs.weightDecay[replica]!,
      knobs.maxGradNorm[replica]!, beta1, beta2, epsilon, 1 - beta1 ** updates, 1 - beta2 ** updates,
    );
  }

  /** Makes `before`, where the updates were written, the present state. */
  private advance(updates: number): void {
    [this.state, this.before] = [this.before, this.state];
    this.updatesBefore = this.updates;
    this.updates += updates;
  }

  private tell(): Float32Array | undefined {
    const scalars = this.untold;
    this.untold = undefined;
    return scalars;
  }

  private rowAt(rows: number, replica: number): number {
    return rows + 4 * replica * this.kernels.rowSize;
  }

  private putRows(rows: number, values: Float32Array): void {
    for (let replica = 0; replica < this.replicas; replica++) {
      const row = values.subarray(replica * this.size, (replica + 1) * this.size);
      this.kernels.putFloats(this.rowAt(rows, replica), row);
    }
  }

  private takeRows(rows: number): Float32Array {
    const values = new Float32Array(this.replicas * this.size);
    for (let replica = 0; replica < this.replicas; replica++) {
      values.set(this.kernels.floats(this.rowAt(rows, replica), this.size), replica * this.size);
    }
    return values;
  }
}
