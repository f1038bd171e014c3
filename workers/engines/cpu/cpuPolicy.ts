import { randomKey, streams } from '../../../src/core/random.js';
import { afterEpoch, mostInnerEpochs, scalarDivisor, stepScalars } from '../grpoStep.js';
import type { AdamWKnobs, Dropout } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { AdamWRows, adamWRowsSize } from './adamWRows.js';
import { CpuKernels } from './kernels.js';
import { packPasses } from './passes.js';
import { PassGradients, type GrpoGradients } from './passGradients.js';
import { ReferenceMemory } from './referenceMemory.js';
import { sampleResponses, type TrieOfSequences } from './sampleResponses.js';
import { supervisedSequences } from './supervisedSequences.js';
import { TrieBuilder } from './trie.js';
import { TrieGradients } from './trieGradients.js';

/** The responses sampled last, with what was computed of them: good as long as the weights are the same. */
interface SampledResponses {
  readonly prompts: Int32Array;
  readonly tokens: Int32Array;
  readonly width: number;
  readonly kept: readonly (readonly TrieOfSequences[])[];
}

/** What a policy has until it is disposed of. */
interface Memory {
  readonly kernels: CpuKernels;
  readonly rows: AdamWRows;
  readonly builder: TrieBuilder;
  /** One a replica. */
  readonly references: readonly ReferenceMemory[];
}

/**
 * Policies trained by SIMD WebAssembly on one core. Replicas are computed one after the other, so that a replica's
 * results do not depend on how many there are; the kernels take all their memory at the start.
 */
export class CpuPolicy implements Policy {
  private held: Memory | undefined;
  private readonly replicas: number;
  /** Pointer to rows `[R, rowSize]`. */
  private readonly reference: number;
  private readonly gradientRow: number;
  private untold: Float32Array | undefined;
  private sampled: SampledResponses | undefined;
  /** The rows of parameters that are packed for products; none where they have changed since. */
  private loadedPolicy: number | undefined;
  private loadedReference: number | undefined;

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
    const builder = new TrieBuilder(kernels);
    const references = Array.from({ length: this.replicas }, () => new ReferenceMemory(kernels, builder, this.replicas));
    this.held = { kernels, rows, builder, references };
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { kernels, rows, builder } = this.memory;
    kernels.run.setDropout(0, 0, 0);
    const { sample, kept } = sampleResponses(kernels, builder, request, {
      replicas: this.replicas,
      keep: request.stream === streams.sampling,
      load: (replica) => this.loadPolicy(rows.parametersAt(replica)),
    });
    this.sampled = { prompts: request.prompts, tokens: sample.tokens, width: sample.width, kept };
    return { ...sample, scalars: this.tell() };
  }

  update(update: GrpoUpdate): void {
    const scalars = new Float32Array(stepScalars.length * this.replicas);
    const sampled = this.sampled && samples(this.sampled, update) ? this.sampled : undefined;
    for (let replica = 0; replica < this.replicas; replica++) {
      const own = this.updateReplica(update, replica, sampled?.kept[replica]);
      own.forEach((value, k) => (scalars[k * this.replicas + replica] = value));
    }
    this.sampled = undefined;
    this.memory.rows.advance(update.innerEpochs);
    this.untold = scalars;
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    const { rows } = this.memory;
    const losses = new Float32Array(this.replicas);
    this.sampled = undefined;
    for (let replica = 0; replica < this.replicas; replica++) {
      losses[replica] = this.supervisedGradient(update, replica);
      this.optimize(replica, update.optimizer, 0);
    }
    rows.advance(1);
    return losses;
  }

  async scalars(): Promise<Float32Array | undefined> {
    return this.tell();
  }

  undo(): void {
    this.memory.rows.undo();
    this.loadedPolicy = this.sampled = undefined;
    this.untold = undefined;
  }

  startOver(): void {
    const { kernels, rows, references } = this.memory;
    for (const reference of references) reference.forget();
    this.loadedReference = undefined;
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

  /** Rows of activations that have been computed so far: what sharing and remembering saves. */
  get computedRows(): number {
    return this.memory.kernels.run.computedRows.value;
  }

  /** Rows of activations that backward passes have gone through so far: those that led to a loss. */
  get backwardRows(): number {
    return this.memory.kernels.run.backwardRows.value;
  }

  /** Makes the gradient steps of one replica's update, and returns its scalars. */
  private updateReplica(update: GrpoUpdate, replica: number, sampled: readonly TrieOfSequences[] = []): Float64Array {
    const { kernels } = this.memory;
    const { innerEpochs, dropout } = update;
    const batch = update.lengths.length / this.replicas;
    const scalars = new Float64Array(stepScalars.length);
    kernels.run.setDropout(0, 0, 0);
    const gradients = this.gradientsOf(update, replica, batch, sampled);
    const { tokens, hasDecisive } = gradients.outputs;
    const counts = { tokens, responses: batch, hasDecisive };
    kernels.putKnobs(update.loss, replica);
    for (let epoch = 0; epoch < innerEpochs; epoch++) {
      this.startGradient(replica, epoch);
      this.setDropout(dropout, replica, dropout.step * mostInnerEpochs + epoch, batch);
      const totals = kernels.totals().fill(0);
      gradients.add(epoch);
      kernels.run.storeGradients(this.gradientRow);
      const norm = this.optimize(replica, update.optimizer, epoch);
      stepScalars.forEach((name, k) => {
        const value = (name === 'gradNorm' ? norm : totals[k]!) / scalarDivisor(name, counts);
        scalars[k] = afterEpoch(name, { before: scalars[k]!, value, epoch, innerEpochs });
      });
    }
    return scalars;
  }

  /** The next step of a replica's update after so many, along `gradientRow`; returns the gradient's norm. */
  private optimize(replica: number, optimizer: AdamWKnobs, steps: number): number {
    this.loadedPolicy = undefined;
    return this.memory.rows.optimize(replica, this.gradientRow, optimizer, steps);
  }

  private gradientsOf(
    update: GrpoUpdate, replica: number, batch: number, sampled: readonly TrieOfSequences[],
  ): GrpoGradients {
    const { kernels, rows, builder, references } = this.memory;
    const loadReference = (): void => this.loadReference(rows.rowAt(this.reference, replica));
    if (this.shape.causal && update.dropout.rates[replica] === 0) {
      const first = replica * batch;
      const same = sampled.every(({ from, lengths }) => lengths.every((length, s) => length === update.lengths[first + from + s]));
      const own = same && sampled.length > 0 ? sampled : undefined;
      const memory = references[replica]!;
      return new TrieGradients({ kernels, builder, update, replica, batch, sampled: own, memory, loadReference });
    }
    loadReference();
    return new PassGradients(kernels, update, replica, batch);
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
    const { kernels: { run }, rows } = this.memory;
    const parameters = rows.parametersAt(replica, steps);
    this.loadPolicy(parameters);
    run.loadTransposed(parameters);
    run.clearGradients();
  }

  /** Puts a row of parameters in place, unless it is there. */
  private loadPolicy(parameters: number): void {
    if (this.loadedPolicy === parameters) return;
    const { run, at } = this.memory.kernels;
    run.loadWeights(at.policyPanels, parameters);
    this.loadedPolicy = parameters;
  }

  private loadReference(parameters: number): void {
    if (this.loadedReference === parameters) return;
    const { run, at } = this.memory.kernels;
    run.loadWeights(at.referencePanels, parameters);
    this.loadedReference = parameters;
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

/** Whether an update is on the responses that were sampled last, which a larger population may have padded since. */
function samples({ prompts, tokens, width }: SampledResponses, update: GrpoUpdate): boolean {
  if (prompts === update.prompts && tokens === update.responses) return true;
  const rows = tokens.length / width;
  if (prompts.length !== update.prompts.length || update.responses.length !== rows * update.width) return false;
  if (update.width < width || !prompts.every((token, i) => token === update.prompts[i])) return false;
  return tokens.every((token, i) => token === update.responses[Math.floor(i / width) * update.width + (i % width)]);
}
