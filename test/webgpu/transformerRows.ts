/** The forward and the backward kernels with any upstream gradient, as the golden values of `transformer` need them. */
import type { TransformerShape } from '../../workers/engines/layout.js';
import { kernelsOf } from '../../workers/engines/webgpu/kernels.js';
import { Memory } from '../../workers/engines/webgpu/memory.js';
import { mostBindingBytes, Passes } from '../../workers/engines/webgpu/passes.js';
import { Recorder } from '../../workers/engines/webgpu/recorder.js';
import { outputFields } from '../../workers/engines/webgpu/records.js';
import { packRows } from '../../workers/engines/webgpu/rows.js';
import { device, read, upload } from './device.js';

/** Sequences of `length` tokens each, B a replica. */
export interface TransformerRows {
  /** `[R, P]` */
  readonly parameters: ArrayLike<number>;
  readonly replicas: number;
  readonly sequences: number;
  readonly length: number;
  /** `[R, B, length]` */
  readonly tokens: ArrayLike<number>;
  /** The logits' gradient, `[R, B, length, vocabulary]`. */
  readonly upstream: ArrayLike<number>;
}

/** The logits `[R, B, length, vocabulary]`, and the gradient of the parameters `[R, P]`. */
export async function runTransformer(
  shape: TransformerShape, { parameters: values, replicas, sequences, length, tokens, upstream }: TransformerRows,
): Promise<{ outputs: number[]; gradient: Float32Array }> {
  const kernels = kernelsOf(device, shape);
  await kernels.ready;
  const memory = new Memory(device);
  const recorder = new Recorder(memory);
  const passes = new Passes(kernels, shape, memory, mostBindingBytes);
  const population = replicas * sequences;
  const count = population * length;
  const lengths = new Int32Array(population).fill(length);
  const rows = packRows(recorder.inputs, { replicas, sequences, length }, lengths, 0, [
    { values: tokens, width: length, first: 0, count: lengths },
  ]);
  const pass = { firstSequence: 0, endSequence: population, firstRow: 0, endRow: count };
  const { vocabulary } = shape;
  const { activation, gradient: of } = outputFields(shape);
  const records = new Float32Array(count * of.stride);
  for (let i = 0; i < upstream.length; i++) {
    records[Math.floor(i / vocabulary) * of.stride + of.at + (i % vocabulary)] = upstream[i]!;
  }
  const parameters = upload(memory, 'parameters', values);
  const activations = memory.create('activations', 4 * count * activation.stride);
  const gradients = upload(memory, 'gradients', records);
  const gradient = memory.create('gradient', parameters.bytes);
  passes.forward(recorder, rows, pass, { parameters, activations }, { dropout: 0, withReference: false });
  passes.backward(recorder, rows, pass, { parameters, activations, gradients, gradient }, { dropout: 0 });
  const [kept, ofParameters] = await read(recorder, activations, gradient);
  memory.dispose();
  const outputs = Array.from({ length: count * vocabulary }, (_, i) =>
    kept![Math.floor(i / vocabulary) * activation.stride + activation.at + (i % vocabulary)]!,
  );
  return { outputs, gradient: ofParameters! };
}
