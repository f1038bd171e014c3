import type { TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { outputFields } from './records.js';

export const outputLanes = 64;

const enter = (shape: TransformerShape): string => /* wgsl */ `
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= call.count) { return; }
  let row = id.x / ${outputFields(shape).width}u;
  let i = id.x % ${outputFields(shape).width}u;`;

/** The rows' outputs from their records: `[rows, width or vocabulary]`, one number an invocation. */
export function outputsSource(shape: TransformerShape) {
  const { stride, at } = outputFields(shape).activation;
  return {
    label: 'outputs',
    lanes: outputLanes,
    call: { /** Numbers in all. */ count: 'u32' },
    buffers: { activations: 'read f32', outputs: 'read_write f32' },
    code: `${enter(shape)}
  outputs[id.x] = activations[row * ${stride}u + ${at}u + i];
}`,
  } as const satisfies KernelSource<string, string>;
}

/** The other way, for the outputs' gradients. */
export function upstreamSource(shape: TransformerShape) {
  const { stride, at } = outputFields(shape).gradient;
  return {
    label: 'upstream',
    lanes: outputLanes,
    call: { count: 'u32' },
    buffers: { upstream: 'read f32', gradients: 'read_write f32' },
    code: `${enter(shape)}
  gradients[row * ${stride}u + ${at}u + i] = upstream[id.x];
}`,
  } as const satisfies KernelSource<string, string>;
}
