/** The kernels of losses on rows of logits, each row a sequence of its own. */
import {
  type GrpoKnob, type GrpoScalar, grpoScalars, kernelKnob, klEstimators, type KlEstimator, policyLosses, type PolicyLossKind,
} from '../../workers/engines/grpoStep.js';
import { grpoLossSource, lossKnobRecord, none, responseRecord, tokenLogProbSource } from '../../workers/engines/webgpu/grpoLoss.js';
import { Kernel, type KernelSource } from '../../workers/engines/webgpu/kernel.js';
import { crossEntropySource, rowLanes } from '../../workers/engines/webgpu/losses.js';
import { Memory } from '../../workers/engines/webgpu/memory.js';
import { Recorder } from '../../workers/engines/webgpu/recorder.js';
import { outputFields } from '../../workers/engines/webgpu/records.js';
import { knobIn, knobsOf, shapeOf } from '../kernels/cases.js';
import { device, read, upload } from './device.js';

/** One replica's rows for the kernels of losses: one sequence a row, its target and what counts in it. */
export interface LossRows extends Readonly<Partial<Record<GrpoKnob, number>>> {
  readonly logits: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly advantages?: readonly number[];
  readonly weights?: readonly number[];
  readonly tokenWeight?: number;
  readonly reference?: readonly number[];
  readonly old?: readonly number[];
  /** In the place of `old` for the ratio. */
  readonly takenAsOld?: readonly number[];
  readonly policyWeights?: readonly number[];
  readonly singledOut?: readonly number[];
  readonly sampled?: readonly number[];
  readonly policyLoss?: PolicyLossKind;
  readonly estimator?: KlEstimator;
  readonly klCorrection?: boolean;
}

/** What a kernel made of one replica's rows: the gradients of their logits, and the numbers that it keeps of them. */
interface RowResults {
  readonly gradients: number[][];
  readonly values: number[][];
}

const rowsOf = (values: Float32Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);

function addWords({ inputs }: Recorder, values: readonly number[]): number {
  const { offset, view } = inputs.addWords(values.length);
  view.set(values);
  return offset;
}

async function compiled<Field extends string, Buffer extends string>(source: KernelSource<Field, Buffer>): Promise<Kernel<Field, Buffer>> {
  const kernel = new Kernel(device, source);
  await kernel.ready;
  return kernel;
}

/** Lays out the replicas' rows, equally many each, for a kernel of losses that keeps `kept` numbers of a row. */
function layOutRows(replicas: readonly LossRows[], kept: number) {
  const logits = replicas.flatMap((one) => one.logits);
  const targets = replicas.flatMap((one) => one.targets);
  const vocabulary = logits[0]!.length;
  const shape = shapeOf({ vocabulary, context: 1, width: 1, layers: 1, heads: 1, mlpRatio: 1 });
  const { activation, gradient } = outputFields(shape);
  const memory = new Memory(device);
  const recorder = new Recorder(memory);
  const count = targets.length;
  const sequences = count / replicas.length;
  const records = new Float32Array(count * activation.stride);
  logits.forEach((row, i) => records.set(row, i * activation.stride + activation.at));
  const gradients = memory.create('gradients', 4 * count * gradient.stride);
  const rowValues = memory.create('rowValues', 4 * count * kept);
  const owners = addWords(recorder, targets.map((_, row) => row * 64));
  return {
    shape,
    memory,
    recorder,
    buffers: { activations: upload(memory, 'activations', records), gradients, rowValues },
    call: { firstRow: 0, endRow: count, sequences, owners, targets: addWords(recorder, targets) },
    groups: Math.ceil(count / rowLanes),
    /** Runs what is recorded, and frees the memory. */
    async results(): Promise<RowResults[]> {
      const [ofRecords, values] = await read(recorder, gradients, rowValues);
      memory.dispose();
      const { stride, at } = gradient;
      const ofLogits = rowsOf(ofRecords!, stride).map((row) => row.slice(at, at + vocabulary));
      const part = (rows: number[][], r: number): number[][] => rows.slice(r * sequences, (r + 1) * sequences);
      return replicas.map((_, r) => ({ gradients: part(ofLogits, r), values: part(rowsOf(values!, kept), r) }));
    },
  };
}

const addKnobs = ({ inputs }: Recorder, replicas: readonly LossRows[]): number =>
  lossKnobRecord.add(
    inputs,
    replicas.map((one) => ({
      ...knobsOf((name) => kernelKnob(name, knobIn(one, name))),
      tokenWeight: one.tokenWeight ?? 1,
      singledOut: 1,
    })),
  );

/** One number a row: what the replica says of it, or else the usual one. */
function ofRows(
  replicas: readonly LossRows[],
  key: 'advantages' | 'weights' | 'reference' | 'old' | 'takenAsOld' | 'policyWeights' | 'singledOut' | 'sampled',
  usual: number,
): number[] {
  return replicas.flatMap((one) => one.targets.map((_, i) => one[key]?.[i] ?? usual));
}

/** The log-probabilities of each replica's targets. */
export async function runTokenLogProbs(replicas: readonly LossRows[]): Promise<number[][]> {
  const { shape, recorder, buffers, call, groups, results } = layOutRows(replicas, 1);
  recorder.dispatch(
    await compiled(tokenLogProbSource(shape)),
    { activations: buffers.activations, logProbs: buffers.rowValues },
    { ...call, knobs: addKnobs(recorder, replicas), skip: 0, to: 0 },
    groups,
  );
  return (await results()).map(({ values }) => values.flat());
}

/** GRPO's loss on each replica's rows: the gradients of its logits, and its rows' parts of the scalars. */
export async function runGrpoLoss(
  replicas: readonly LossRows[],
): Promise<{ gradients: number[][]; values: Record<GrpoScalar, number>[] }[]> {
  const { shape, memory, recorder, buffers, call, groups, results } = layOutRows(replicas, grpoScalars.length);
  const columns = ['reference', 'old', 'takenAsOld', 'policyWeights', 'singledOut'] as const;
  const logProbs = upload(memory, 'logProbs', columns.flatMap((column) => ofRows(replicas, column, 0)));
  const placeOf = (column: (typeof columns)[number]): number =>
    column === 'reference' || replicas[0]![column] ? columns.indexOf(column) * call.endRow : none;
  const advantages = ofRows(replicas, 'advantages', 0);
  const weights = ofRows(replicas, 'weights', 1);
  recorder.dispatch(
    await compiled(grpoLossSource(shape)),
    { ...buffers, logProbs },
    {
      ...call,
      knobs: addKnobs(recorder, replicas),
      responses: responseRecord.add(
        recorder.inputs,
        advantages.map((advantage, i) => ({ advantage, weight: weights[i]!, length: 1 })),
      ),
      sampled: recorder.inputs.addFloats(ofRows(replicas, 'sampled', 0)),
      reference: placeOf('reference'),
      old: placeOf('old'),
      takenAsOld: placeOf('takenAsOld'),
      sequenceLogRatio: none,
      policyWeight: placeOf('policyWeights'),
      singledOut: placeOf('singledOut'),
      policyLoss: policyLosses.indexOf(replicas[0]!.policyLoss ?? 'clip'),
      klCorrection: Number(replicas[0]!.klCorrection ?? false),
      firstPosition: 0,
      decisive: 0,
      estimator: klEstimators.indexOf(replicas[0]!.estimator ?? 'k3'),
    },
    groups,
  );
  const named = (row: readonly number[]): Record<GrpoScalar, number> =>
    Object.fromEntries(grpoScalars.map((name, i) => [name, row[i]])) as Record<GrpoScalar, number>;
  return (await results()).map(({ gradients, values }) => ({ gradients, values: values.map(named) }));
}

/** Cross-entropy of each replica's rows: the gradients of its logits, and its rows' parts of the loss. */
export async function runCrossEntropy(replicas: readonly LossRows[]): Promise<RowResults[]> {
  const { shape, recorder, buffers, call, groups, results } = layOutRows(replicas, 1);
  recorder.dispatch(
    await compiled(crossEntropySource(shape)),
    buffers,
    {
      ...call,
      smoothing: recorder.inputs.addFloats(replicas.map(({ labelSmoothing = 0 }) => labelSmoothing)),
      weights: recorder.inputs.addFloats(ofRows(replicas, 'weights', 1)),
    },
    groups,
  );
  return results();
}
