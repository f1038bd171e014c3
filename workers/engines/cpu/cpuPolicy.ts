import { randomKey, streams } from '../../../src/core/random.js';
import { afterEpoch, klEstimators, mostInnerEpochs, scalarDivisor, stepScalars } from '../grpoStep.js';
import type { Dropout } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { AdamWRows, adamWRowsSize } from './adamWRows.js';
import { grpoSequences, type GrpoSequences } from './grpoSequences.js';
import { CpuKernels } from './kernels.js';
import { packPasses, type Pass } from './passes.js';
import { sampleResponses } from './sampleResponses.js';
import { supervisedSequences } from './supervisedSequences.js';

/** What a policy has until it is disposed of. */
interface Memory {
  readonly kernels: CpuKernels;
  readonly rows: AdamWRows;
}

/**
 * Policies trained by SIMD WebAssembly on one core. Replicas are computed one after the other, so that a replica's
 * results do not depend on how many there are; all memory is taken at the start.
 */
export class CpuPolicy implements Policy {
  private held: Memory | undefined;
  private readonly replicas: number;
  /** Pointer to rows `[R, rowSize]`. */
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
    const { size } = transformerLayout(shape);
    this.replicas = (start instanceof Float32Array ? start : start.parameters).length / size;
    const kernels = new CpuKernels(module, shape);
    const pointer = kernels.allocate(adamWRowsSize(this.replicas, size));
    this.reference = kernels.allocate(this.replicas * kernels.rowSize);
    this.gradientRow = kernels.allocate(kernels.rowSize);
    const rows = new AdamWRows(kernels.run, pointer, this.replicas, size);
    if (start instanceof Float32Array) {
      rows.write(rows.parametersAt(0), start);
      rows.write(this.reference, start);
    } else {
      rows.load(start);
      rows.write(this.reference, start.reference);
    }
    this.held = { kernels, rows };
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { kernels, rows } = this.memory;
    const responses = sampleResponses(kernels, request, this.replicas, (replica) =>
      kernels.run.loadWeights(kernels.at.policyPanels, rows.parametersAt(replica)),
    );
    return { ...responses, scalars: this.tell() };
  }

  update(update: GrpoUpdate): void {
    const scalars = new Float32Array(stepScalars.length * this.replicas);
    for (let replica = 0; replica < this.replicas; replica++) {
      const own = this.updateReplica(update, replica);
      own.forEach((value, k) => (scalars[k * this.replicas + replica] = value));
    }
    this.memory.rows.advance(update.innerEpochs);
    this.untold = scalars;
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    const { rows } = this.memory;
    const losses = new Float32Array(this.replicas);
    for (let replica = 0; replica < this.replicas; replica++) {
      losses[replica] = this.supervisedGradient(update, replica);
      rows.optimize(replica, this.gradientRow, update.optimizer);
    }
    rows.advance(1);
    return losses;
  }

  async scalars(): Promise<Float32Array | undefined> {
    return this.tell();
  }

  undo(): void {
    this.memory.rows.undo();
    this.untold = undefined;
  }

  startOver(): void {
    const { kernels, rows } = this.memory;
    kernels.putFloats(this.reference, kernels.floats(rows.parametersAt(0), this.replicas * kernels.rowSize));
    rows.startOver();
    this.untold = undefined;
  }

  async snapshot(): Promise<PolicySnapshot> {
    const { rows } = this.memory;
    return { ...rows.snapshot(), shape: this.shape, reference: rows.read(this.reference) };
  }

  async parameters(): Promise<Float32Array> {
    const { rows } = this.memory;
    return rows.read(rows.parametersAt(0));
  }

  dispose(): void {
    this.held = undefined;
  }

  private get memory(): Memory {
    if (!this.held) throw new Error('the policy has been disposed of');
    return this.held;
  }

  /** Bytes that the kernels' memory has, parameters and all. */
  get bytes(): number {
    return this.memory.kernels.run.memory.buffer.byteLength;
  }

  /** Makes the gradient steps of one replica's update, and returns its scalars. */
  private updateReplica(update: GrpoUpdate, replica: number): Float64Array {
    const { kernels, rows } = this.memory;
    const { innerEpochs, dropout } = update;
    const batch = update.lengths.length / this.replicas;
    const drops = dropout.rates[replica]! > 0;
    const packed = grpoSequences(update, replica, batch, this.shape.causal && !drops);
    const passes = packPasses(packed.sequences, this.shape.context, kernels.capacity);
    const old = new Float32Array(packed.targets.length);
    const reference = new Float32Array(packed.targets.length);
    const scalars = new Float64Array(stepScalars.length);
    const counts = { tokens: packed.tokens, responses: batch, hasDecisive: packed.hasDecisive };
    kernels.putKnobs(update.loss, replica);
    kernels.run.loadWeights(kernels.at.referencePanels, rows.rowAt(this.reference, replica));
    for (let epoch = 0; epoch < innerEpochs; epoch++) {
      this.startGradient(replica, epoch);
      this.setDropout(dropout, replica, dropout.step * mostInnerEpochs + epoch, batch);
      const totals = kernels.totals().fill(0);
      for (const pass of passes) this.grpoPass(update, replica, packed, pass, old, reference, epoch);
      kernels.run.storeGradients(this.gradientRow);
      const norm = rows.optimize(replica, this.gradientRow, update.optimizer, epoch);
      stepScalars.forEach((name, k) => {
        const value = (name === 'gradNorm' ? norm : totals[k]!) / scalarDivisor(name, counts);
        scalars[k] = afterEpoch(name, { before: scalars[k]!, value, epoch, innerEpochs });
      });
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
    const { kernels } = this.memory;
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
    run.grpoLoss(outputs, klEstimators.indexOf(loss.klEstimator), innerEpochs === 1 || (epoch === 0 && !drops));
    run.backward();
    if (epoch === 0 && innerEpochs > 1) {
      reference.set(kernels.floats(at.outputReferenceLogProbs, outputs), from);
      old.set(kernels.floats(at.outputOldLogProbs, outputs), from);
    }
  }

  /** The gradient of one replica's cross-entropy, to `gradientRow`; returns the loss. */
  private supervisedGradient(update: SupervisedUpdate, replica: number): number {
    const { kernels } = this.memory;
    const batch = update.mask.length / (this.replicas * update.length);
    const { sequences, targets, weights } = supervisedSequences(update, replica, batch, this.shape.causal);
    this.startGradient(replica, 0);
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

  /** A gradient of a replica's parameters after so many steps of its update. */
  private startGradient(replica: number, steps: number): void {
    const { kernels: { run, at }, rows } = this.memory;
    const parameters = rows.parametersAt(replica, steps);
    run.loadWeights(at.policyPanels, parameters);
    run.loadTransposed(parameters);
    run.clearGradients();
  }

  private setDropout(dropout: Dropout, replica: number, step: number, batch: number): void {
    const key = randomKey(dropout.seeds[replica]!, streams.dropout, step);
    this.memory.kernels.run.setDropout(dropout.rates[replica]!, key, batch);
  }

  private tell(): Float32Array | undefined {
    const scalars = this.untold;
    this.untold = undefined;
    return scalars;
  }
}
