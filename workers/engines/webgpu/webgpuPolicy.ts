import { randomKey } from '../../../src/core/random.js';
import { DeadlineError, within } from '../../../src/core/within.js';
import type { TransformerShape } from '../layout.js';
import { miniBatchesOf } from '../miniBatches.js';
import type { PerReplica } from '../perReplica.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Responses, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { drawStep, grpoScalars, scalarSpecifications, stepScalars, stepShare } from '../grpoStep.js';
import { addResponses, addSupervisedBatch } from './batches.js';
import { unfitPolicy } from './fits.js';
import { kernelsOf, type Kernels } from './kernels.js';
import { GrpoPasses } from './grpoPasses.js';
import { addAdamWKnobs, addTemperatures } from './knobs.js';
import { rowLanes } from './losses.js';
import { averagedScalars, largestScalars } from './rowSums.js';
import { Memory, type Storage } from './memory.js';
import { addDropout, mostBindingBytes, Passes } from './passes.js';
import { Population } from './population.js';
import { Recorder } from './recorder.js';
import { samplingRecord } from './rolloutKernel.js';
import { rolloutPlan } from './rolloutPlan.js';
import type { Rows } from './rows.js';

/** ms in which kernels have to compile, and what was sent to be computed: a software adapter may need many seconds. */
const answerDeadline = 30_000;

interface PolicyOptions {
  /** Bytes of one buffer of activations: more rows take several passes. */
  readonly bytes?: number;
  /** Invocations a sequence. */
  readonly lanes?: number;
  /** Hears that the device no longer answers, before what waits for it rejects. */
  readonly onSilent?: (reason: string) => void;
}

/** Policies trained by fused kernels on a WebGPU device, as the reference implementation defines. */
export class WebgpuPolicy implements Policy {
  readonly memory: Memory;
  private readonly replicas: number;
  private readonly kernels: Kernels;
  private readonly passes: Passes;
  private readonly recorder: Recorder;
  private readonly population: Population;
  /** Scalars of the last update that no one has read. */
  private pending: { readonly hasDecisive: boolean } | undefined;
  private disposed = false;

  /** @param start parameters `[R, P]`, which are the reference too, or a snapshot */
  constructor(
    device: GPUDevice,
    private readonly shape: TransformerShape,
    start: Float32Array | PolicySnapshot,
    private readonly options: PolicyOptions = {},
  ) {
    const problem = unfitPolicy(shape);
    if (problem !== undefined) throw new Error(`no kernels for this shape: ${problem}`);
    this.memory = new Memory(device);
    this.kernels = kernelsOf(device, shape, options.lanes);
    this.passes = new Passes(this.kernels, shape, this.memory, options.bytes ?? mostBindingBytes);
    this.recorder = new Recorder(this.memory);
    this.population = new Population(this.kernels, this.memory, shape, start);
    this.replicas = this.population.replicas;
  }

  /** Dispatches so far. */
  get dispatches(): number {
    return this.recorder.dispatches;
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { memory, recorder, shape, replicas } = this;
    const { sampling, maxResponseLength: width, promptLength } = request;
    const population = request.prompts.length / promptLength;
    const count = population * width;
    const { team, cacheSize } = rolloutPlan(shape);
    // Sequences of one prompt are a group, or else those of a replica.
    const sharedPrompt = request.repeats > 1;
    const groupSize = sharedPrompt ? request.repeats : population / replicas;
    const groups = population / groupSize;
    const teams = Math.ceil(groupSize / team);
    const groupBytes = 4 * cacheSize * teams;
    const perPass = Math.max(1, Math.min(groups, Math.floor(mostBindingBytes / groupBytes)));
    const { offset: prompts, view } = recorder.inputs.addWords(request.prompts.length);
    view.set(request.prompts);
    const knobs = samplingRecord.add(
      recorder.inputs,
      request.seeds.map((seed, replica) => ({
        temperature: sampling.temperature[replica]!,
        topP: sampling.topP[replica]!,
        topK: sampling.topK[replica]!,
        key: randomKey(seed, request.stream, request.step),
      })),
    );
    const sampled = memory.workspace('sampled', 12 * count);
    const cache = memory.workspace('cache', perPass * groupBytes);
    const buffers = { parameters: this.population.samplerOf(recorder, request.sampler), cache, sampled };
    for (let firstGroup = 0; firstGroup < groups; firstGroup += perPass) {
      const call = {
        firstGroup,
        groupSize,
        team: Math.ceil(groupSize / teams),
        sharedPrompt: Number(sharedPrompt),
        sequences: population / replicas,
        population,
        promptLength,
        responseLength: width,
        prompts,
        knobs,
        endOfSequence: request.endOfSequence,
        padding: request.padding,
      };
      recorder.dispatch(this.kernels.rollout, buffers, call, teams, Math.min(perPass, groups - firstGroup));
    }
    const { pending } = this;
    this.pending = undefined;
    const told = pending ? this.population.scalars.bytes : 0;
    const data = await this.read([
      { storage: sampled, bytes: 12 * count },
      { storage: this.population.scalars, bytes: told },
    ]);
    return {
      tokens: new Int32Array(data, 0, count),
      logProbs: new Float32Array(data, 4 * count, count),
      entropies: new Float32Array(data, 8 * count, count),
      width,
      scalars: pending && this.scalarsOf(new Float32Array(data, 12 * count), pending.hasDecisive),
    };
  }

  async referenceLogProbs(responses: Responses, temperature: PerReplica): Promise<Float32Array> {
    const { recorder, replicas, kernels, memory, passes, population } = this;
    const { rows, firstPosition, targets } = addResponses(recorder.inputs, responses, replicas, 0);
    const knobs = addTemperatures(recorder.inputs, temperature);
    const { activations } = passes.records(rows);
    const logProbs = memory.workspace('logProbs', 4 * rows.mostRows);
    for (const pass of passes.split(rows)) {
      const { firstRow, endRow } = pass;
      const { parameters } = population;
      passes.forward(recorder, rows, pass, { parameters, activations }, { dropout: 0, withReference: true });
      const call = { firstRow, endRow, sequences: rows.sequences, owners: rows.owners, targets, knobs, skip: endRow - firstRow, to: 0 };
      recorder.dispatch(kernels.tokenLogProbs, { activations, logProbs }, call, Math.ceil((endRow - firstRow) / rowLanes));
    }
    const data = new Float32Array(await this.read([{ storage: logProbs, bytes: 4 * rows.mostRows }]));
    const { lengths, width } = responses;
    const told = new Float32Array(lengths.length * width);
    lengths.forEach((length, i) => {
      const first = rows.bounds[i]! + firstPosition;
      told.set(data.subarray(first, first + length), i * width);
    });
    return told;
  }

  update(update: GrpoUpdate): void {
    const { recorder, replicas, kernels, memory, passes, population } = this;
    const { innerEpochs, loss, dropout, maxResponseLength, staleness } = update;
    const optimizer = addAdamWKnobs(recorder.inputs, update.optimizer);
    if (staleness > 0) population.remember(recorder, staleness);
    const miniBatches = miniBatchesOf(update, replicas);
    const steps = innerEpochs * miniBatches.length;
    const common = { kernels, memory, passes, recorder, replicas };
    const batches = GrpoPasses.of(common, miniBatches, { severalSteps: steps > 1 });
    const { parameters } = population;
    // What the first gradient step needs is computed last.
    for (const batch of [...batches].reverse()) batch.prepare(parameters);
    for (let step = 0; step < steps; step++) {
      const [epoch, miniBatch] = [Math.floor(step / batches.length), step % batches.length];
      const batch = batches[miniBatch]!;
      batch.addGradient(population, drawStep(dropout.step, epoch, miniBatch), step === 0);
      const place = { epoch, miniBatch, innerEpochs, miniBatches: batches.length };
      this.sumRows(batch.rows, batch.rowValues, {
        columns: grpoScalars.length,
        averaged: averagedScalars,
        largest: largestScalars,
        share: 1 / steps,
        firstShare: stepShare('loss', place),
        first: Number(step === 0),
      });
      population.optimize(recorder, update.optimizer, optimizer, 1 / steps, step === 0);
    }
    this.send();
    const decisive = loss.decisivePosition ?? -1;
    this.pending = { hasDecisive: decisive >= 0 && decisive < maxResponseLength };
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    const { recorder, replicas, kernels, memory, passes, population } = this;
    const { rows, targets, weights, smoothing } = addSupervisedBatch(recorder.inputs, update, replicas);
    const optimizer = addAdamWKnobs(recorder.inputs, update.optimizer);
    const masks = { dropout: addDropout(recorder.inputs, update.dropout) };
    const all = passes.split(rows);
    const { activations, gradients } = passes.records(rows);
    const rowValues = memory.workspace('rowValues', 4 * rows.mostRows);
    const { parameters, gradient } = population;
    for (const pass of all) {
      const { firstRow, endRow } = pass;
      passes.forward(recorder, rows, pass, { parameters, activations }, { ...masks, withReference: false });
      const call = { firstRow, endRow, sequences: rows.sequences, owners: rows.owners, targets, smoothing, weights };
      const groups = Math.ceil((endRow - firstRow) / rowLanes);
      recorder.dispatch(kernels.crossEntropy, { activations, gradients, rowValues }, call, groups);
      passes.backward(recorder, rows, pass, { parameters, activations, gradients, gradient }, masks);
    }
    this.sumRows(rows, rowValues, { columns: 1, averaged: 0, largest: 0, share: 1, firstShare: 1, first: 1 });
    population.optimize(recorder, update.optimizer, optimizer, 1, true);
    this.pending = undefined;
    return new Float32Array(await this.read([{ storage: population.scalars, bytes: 4 * replicas }]));
  }

  async scalars(): Promise<Float32Array | undefined> {
    const { pending } = this;
    if (!pending) return undefined;
    this.pending = undefined;
    return this.scalarsOf(await this.readAll([this.population.scalars]), pending.hasDecisive);
  }

  undo(): void {
    this.population.undo();
    this.pending = undefined;
  }

  startOver(): void {
    this.population.startOver(this.recorder);
    this.send();
    this.pending = undefined;
  }

  async snapshot(): Promise<PolicySnapshot> {
    return this.population.snapshot((storages) => this.readAll(storages));
  }

  async parameters(): Promise<Float32Array> {
    const { parameters, bytes } = this.population;
    return new Float32Array(await this.read([{ storage: parameters, bytes }]));
  }

  dispose(): void {
    this.disposed = true;
    this.memory.dispose();
  }

  /** The rows' values into the scalars. */
  private sumRows(
    { sequences, starts }: Rows,
    rowValues: Storage,
    of: Readonly<Record<'columns' | 'averaged' | 'largest' | 'share' | 'firstShare' | 'first', number>>,
  ): void {
    const { recorder, replicas } = this;
    const call = { sequences, starts, replicas, ...of };
    recorder.dispatch(this.kernels.rowSums, { rowValues, scalars: this.population.scalars }, call, of.columns, replicas);
  }

  private scalarsOf(values: Float32Array, hasDecisive: boolean): Float32Array {
    if (hasDecisive) return values;
    stepScalars.forEach((name, row) => {
      const { over } = scalarSpecifications[name];
      if (over === 'decisiveTokens') values.fill(NaN, row * this.replicas, (row + 1) * this.replicas);
    });
    return values;
  }

  private async readAll(storages: readonly Storage[]): Promise<Float32Array> {
    return new Float32Array(await this.read(storages.map((storage) => ({ storage, bytes: storage.bytes }))));
  }

  /** Sends what is recorded; while kernels still compile, the next read does. */
  private send(): void {
    if (this.kernels.areReady) this.recorder.submit();
  }

  /** Sends what is recorded, and reads buffers' first bytes. */
  private async read(parts: Parameters<Recorder['read']>[0]): Promise<ArrayBuffer> {
    try {
      if (!this.kernels.areReady) {
        await within(answerDeadline, 'the GPU’s compiler', this.kernels.ready);
        if (this.disposed) throw new Error('the policy was disposed of while its kernels compiled');
      }
      return await within(answerDeadline, 'the GPU', this.recorder.read(parts));
    } catch (error) {
      if (error instanceof DeadlineError) this.options.onSilent?.(error.message);
      throw error;
    }
  }
}
