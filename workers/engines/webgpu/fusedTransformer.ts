import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { ForwardOptions } from '../reference/transformer.js';
import { unfit } from './fits.js';
import { kernelsOf } from './kernels.js';
import { Memory, Storage } from './memory.js';
import { outputLanes } from './outputs.js';
import { addDropout, mostBindingBytes, Passes, type Pass } from './passes.js';
import { Recorder } from './recorder.js';
import { activationRecord, gradientRecord, outputWidth } from './records.js';
import { packRows, type Rows } from './rows.js';

/** Why `fusedTransformer` cannot take such a batch; undefined where it can. */
export function unfitBatch(shape: TransformerShape, rows: number): string | undefined {
  const bytes = 4 * rows * Math.max(activationRecord(shape).stride, gradientRecord(shape).stride);
  return unfit(shape) ?? (bytes > mostBindingBytes ? `${rows} tokens need ${bytes} bytes in one buffer` : undefined);
}

/** Buffers and commands of the fused operation on a device. */
interface Workplace {
  readonly memory: Memory;
  readonly recorder: Recorder;
}

const workplaces = new WeakMap<GPUDevice, Workplace>();

/**
 * `transformer` (workers/model) in one kernel forwards and three backwards, differentiable by its parameters; needs the
 * WebGPU backend of tfjs. Throws where `unfitBatch` has a reason.
 *
 * @param parameters `[R, P]`, laid out by `transformerLayout(shape)`
 * @param tokens int32 `[R, B, T]`
 * @param options `lengths` int32 `[R, B]`
 * @returns logits `[R, B, T, vocabulary]`, or hidden states `[R, B, T, width]` without an unembedding
 */
export function fusedTransformer(
  parameters: tf.Tensor2D,
  shape: TransformerShape,
  tokens: tf.Tensor3D,
  options: Omit<ForwardOptions, 'cache'> = {},
): tf.Tensor4D {
  const [replicas, sequences, length] = tokens.shape;
  const count = replicas * sequences * length;
  const problem = unfitBatch(shape, count);
  if (problem !== undefined) throw new Error(`no kernels for this batch: ${problem}`);
  const backend = tf.backend() as WebGPUBackend;
  const { memory, recorder } = workplaceOf(backend.device);
  const kernels = kernelsOf(backend.device, shape);
  const passes = new Passes(kernels, shape, memory, mostBindingBytes);
  const whole: Pass = { firstSequence: 0, endSequence: replicas * sequences, firstRow: 0, endRow: count };
  const outputs = count * outputWidth(shape);
  const groups = Math.ceil(outputs / outputLanes);
  const lengthOfEach = new Int32Array(replicas * sequences).fill(length);

  /** The inputs of either direction, whose tokens and lengths never leave the GPU. */
  const inputs = (): { rows: Rows; masks: { dropout: number; lengths: number } } => {
    const rows = packRows(recorder.inputs, { replicas, sequences, length }, lengthOfEach, 0, []);
    recorder.copyToInputs(bufferOf(backend, tokens), rows.tokens, count);
    const { lengths } = options;
    const keys = lengths && !shape.causal ? recorder.inputs.addWords(replicas * sequences).offset : 0;
    if (lengths && keys > 0) recorder.copyToInputs(bufferOf(backend, lengths), keys, lengths.size);
    return { rows, masks: { dropout: addDropout(recorder.inputs, options.dropout), lengths: keys } };
  };
  const submit = (): void => {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
    recorder.submit();
  };

  const fused = tf.customGrad((x, save) => {
    const kept = x as tf.Tensor2D;
    const activations = emptyTensor(backend, [count, activationRecord(shape).stride]);
    const value = emptyTensor(backend, [replicas, sequences, length, outputWidth(shape)]);
    const { rows, masks } = inputs();
    const records = bufferOf(backend, activations);
    passes.forward(recorder, rows, whole, { parameters: bufferOf(backend, kept), activations: records }, masks);
    const call = { count: outputs };
    recorder.dispatch(kernels.outputs, { activations: records, outputs: bufferOf(backend, value) }, call, groups);
    submit();
    (save as tf.GradSaveFunc)([kept, activations]);
    const gradFunc = (dy: tf.Tensor, [weights, recorded]: tf.Tensor[]): tf.Tensor => {
      const gradient = emptyTensor(backend, [replicas, transformerLayout(shape).size]);
      const { rows, masks } = inputs();
      const gradients = memory.workspace('gradients', 4 * count * gradientRecord(shape).stride);
      recorder.dispatch(kernels.upstream, { upstream: bufferOf(backend, dy), gradients }, call, groups);
      const buffers = {
        parameters: bufferOf(backend, weights!),
        activations: bufferOf(backend, recorded!),
        gradients,
        gradient: bufferOf(backend, gradient),
      };
      passes.backward(recorder, rows, whole, buffers, masks);
      submit();
      return gradient;
    };
    return { value, gradFunc };
  });
  return fused(parameters) as tf.Tensor4D;
}

/** Throws what is wrong with a kernel of the shape that was compiled since the last check. */
export function checkFusedTransformer(shape: TransformerShape): Promise<void> {
  return kernelsOf((tf.backend() as WebGPUBackend).device, shape).check();
}

function workplaceOf(device: GPUDevice): Workplace {
  let workplace = workplaces.get(device);
  if (!workplace) {
    const memory = new Memory(device);
    workplaces.set(device, (workplace = { memory, recorder: new Recorder(memory) }));
  }
  return workplace;
}

function bufferOf(backend: WebGPUBackend, tensor: tf.TensorInfo): Storage {
  backend.uploadToGPU(tensor.dataId);
  const buffer = backend.tensorMap.get(tensor.dataId).resource as GPUBuffer;
  return new Storage(buffer, buffer.size, true);
}

/** A float tensor whose numbers a kernel is about to write. */
function emptyTensor(backend: WebGPUBackend, shape: number[]): tf.Tensor {
  const info = backend.makeTensorInfo(shape, 'float32');
  backend.uploadToGPU(info.dataId);
  return tf.engine().makeTensorFromTensorInfo(info);
}
