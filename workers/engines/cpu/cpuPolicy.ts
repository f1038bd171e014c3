import { randomKey, streams } from '../../../src/core/random.js';
import { afterStep, drawStep, scalarDivisor, stepScalars } from '../grpoStep.js';
import type { AdamWKnobs, Dropout } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import { miniBatchesOf } from '../miniBatches.js';
import type { PerReplica } from '../perReplica.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Responses, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { AdamWRows, adamWRowsSize } from './adamWRows.js';
import { CpuKernels } from './kernels.js';
import { packPasses } from './passes.js';
import { PassGradients, type GrpoGradients } from './passGradients.js';
import { ReferenceMemory } from './referenceMemory.js';
import { sampleResponses, triesOfResponses, type TrieOfSequences } from './sampleResponses.js';
import { supervisedSequences } from './supervisedSequences.js';
import { TrieBuilder } from './trie.js';
import { SamplerWeights } from './samplerWeights.js';
import { sampledLogProbs, TrieGradients } from './trieGradients.js';

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
  readonly samplers: SamplerWeights;
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
    const samplers = new SamplerWeights(kernels, rows, this.replicas, start);
    this.held = { kernels, rows, samplers, builder, references };
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { kernels, rows, samplers, builder } = this.memory;
    kernels.run.setDropout(0, 0, 0);
    const loadSampler = samplers.loaderFor(request.sampler);
    if (loadSampler) this.loadedPolicy = undefined;
    const { sample, kept } = sampleResponses(kernels, builder, request, {
      replicas: this.replicas,
      keep: request.stream === streams.sampling && !loadSampler,
      load: loadSampler ?? ((replica) => this.loadPolicy(rows.parametersAt(replica))),
    });
    this.sampled = { prompts: request.prompts, tokens: sample.tokens, width: sample.width, kept };
    return { ...sample, scalars: this.tell() };
  }

  async referenceLogProbs(responses: Responses, temperature: PerReplica): Promise<Float32Array> {
    const { kernels, builder, references } = this.memory;
    const { lengths, width } = responses;
    const batch = lengths.length / this.replicas;
    const logProbs = new Float32Array(lengths.length * width);
    kernels.run.setDropout(0, 0, 0);
    for (let replica = 0; replica < this.replicas; replica++) {
      for (const { from, to, trie, outputLogits } of triesOfResponses(kernels, builder, responses, replica, batch)) {
        const first = replica * batch + from;
        const targets = Array.from({ length: to - from }, (_, s) => [...responses.responses.subarray((first + s) * width, (first + s) * width + lengths[first + s]!)]);
        const found = references[replica]!.logProbs(
          trie, outputLogits, Int32Array.from(targets.flat()), temperature[replica]!, () => this.loadReference(replica),
        );
        let at = 0;
        targets.forEach(({ length }, s) => logProbs.set(found.subarray(at, (at += length)), (first + s) * width));
      }
    }
    return logProbs;
  }

  update(update: GrpoUpdate): void {
    const scalars = new Float32Array(stepScalars.length * this.replicas);
    const sampled = this.sampled && samples(this.sampled, update) ? this.sampled : undefined;
    const miniBatches = miniBatchesOf(update, this.replicas);
    this.memory.samplers.remember(update.staleness);
    for (let replica = 0; replica < this.replicas; replica++) {
      const own = this.updateReplica(update, miniBatches, replica, sampled?.kept[replica]);
      own.forEach((value, k) => (scalars[k * this.replicas + replica] = value));
    }
    this.sampled = undefined;
    this.memory.rows.advance(update.innerEpochs * miniBatches.length);
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
    this.memory.samplers.undo();
    this.loadedPolicy = this.sampled = undefined;
    this.untold = undefined;
  }

  startOver(): void {
    const { kernels, rows, samplers, references } = this.memory;
    for (const reference of references) reference.forget();
    this.loadedReference = undefined;
    kernels.putFloats(this.reference, kernels.floats(rows.parametersAt(0), this.replicas * kernels.rowSize));
    rows.startOver();
    samplers.forget();
    this.untold = undefined;
  }

  async snapshot(): Promise<PolicySnapshot> {
    const { rows, samplers } = this.memory;
    return { ...rows.snapshot(), shape: this.shape, reference: rows.read(this.reference), ...samplers.snapshot() };
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
  private updateReplica(
    update: GrpoUpdate, miniBatches: readonly GrpoUpdate[], replica: number, sampled: readonly TrieOfSequences[] = [],
  ): Float64Array {
    const { kernels, rows } = this.memory;
    const { innerEpochs, dropout, loss } = update;
    const scalars = new Float64Array(stepScalars.length);
    kernels.run.setDropout(0, 0, 0);
    const steps = innerEpochs * miniBatches.length;
    const kept = this.triesFor(update, replica, sampled);
    const gradients = miniBatches.map((each) => this.gradientsOf(each, replica, miniBatches.length === 1 ? kept : undefined));
    kernels.putKnobs(loss, replica);
    if (steps > 1 || loss.rolloutCorrection !== 'off') {
      this.loadPolicy(rows.parametersAt(replica));
      this.findOld(update, replica, gradients, gradients.length > 1 ? kept : undefined);
    }
    for (let step = 0; step < steps; step++) {
      const [epoch, miniBatch] = [Math.floor(step / gradients.length), step % gradients.length];
      const { outputs } = gradients[miniBatch]!;
      const responses = miniBatches[miniBatch]!.lengths.length / this.replicas;
      const draws = drawStep(dropout.step, epoch, miniBatch);
      this.startGradient(replica, step);
      this.setDropout(dropout, replica, draws, responses);
      const totals = kernels.totals().fill(0);
      gradients[miniBatch]!.add(epoch, draws, step === 0);
      kernels.run.storeGradients(this.gradientRow);
      const norm = this.optimize(replica, update.optimizer, step);
      const counts = { tokens: outputs.tokens, responses, hasDecisive: outputs.hasDecisive };
      const place = { epoch, miniBatch, innerEpochs, miniBatches: gradients.length };
      stepScalars.forEach((name, k) => {
        const value = (name === 'gradNorm' ? norm : totals[k]!) / scalarDivisor(name, counts);
        scalars[k] = afterStep(name, scalars[k]!, value, place);
      });
    }
    return scalars;
  }

  /** The next step of a replica's update after so many, along `gradientRow`; returns the gradient's norm. */
  private optimize(replica: number, optimizer: AdamWKnobs, steps: number): number {
    this.loadedPolicy = undefined;
    return this.memory.rows.optimize(replica, this.gradientRow, optimizer, steps);
  }

  /** The tries of a replica's responses, where they are still there and are of use. */
  private triesFor(update: GrpoUpdate, replica: number, sampled: readonly TrieOfSequences[]): readonly TrieOfSequences[] | undefined {
    if (sampled.length === 0 || !this.sharesBeginnings(update, replica)) return undefined;
    const first = (replica * update.lengths.length) / this.replicas;
    const same = sampled.every(({ from, lengths }) => lengths.every((length, s) => length === update.lengths[first + from + s]));
    return same ? sampled : undefined;
  }

  private sharesBeginnings(update: GrpoUpdate, replica: number): boolean {
    return this.shape.causal && update.dropout.rates[replica] === 0;
  }

  /** What the policy before the step says; of all mini-batches at once where the rollout's tries tell. */
  private findOld(
    update: GrpoUpdate, replica: number, gradients: readonly GrpoGradients[], sampled: readonly TrieOfSequences[] | undefined,
  ): void {
    if (!sampled) {
      // What the first gradient step needs is computed last.
      for (const each of [...gradients].reverse()) each.findOld();
      return;
    }
    const known = sampledLogProbs(this.memory.kernels, sampled, update, replica);
    let from = 0;
    for (const each of gradients) each.findOld(known.subarray(from, (from += each.outputs.targets.length)));
  }

  private gradientsOf(update: GrpoUpdate, replica: number, sampled: readonly TrieOfSequences[] | undefined): GrpoGradients {
    const { kernels, builder, references } = this.memory;
    const loadReference = (): void => this.loadReference(replica);
    const batch = update.lengths.length / this.replicas;
    if (this.sharesBeginnings(update, replica)) {
      return new TrieGradients({ kernels, builder, update, replica, batch, sampled, memory: references[replica]!, loadReference });
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

  private loadReference(replica: number): void {
    const parameters = this.memory.rows.rowAt(this.reference, replica);
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
