import type { TransformerShape } from '../layout.js';
import type { KernelSource } from './kernel.js';
import { outputFields } from './records.js';

/** What a pass's rows are and where its outputs lie. */
export const rowsCall = {
  firstRow: 'u32',
  endRow: 'u32',
  sequences: 'u32',
  /** In the inputs: sequence · 64 + position of each row. */
  owners: 'u32',
  /** In the inputs: the token that each row should predict. */
  targets: 'u32',
} as const;

export const rowLanes = 64;

/** Begins `fn main`, one invocation a row: whose it is, where its logits lie and the log-probability of its target. */
export const enter = (shape: TransformerShape, temperature: string, record = 'id.x'): string => {
  const { activation, gradient } = outputFields(shape);
  return /* wgsl */ `
  let row = call.firstRow + id.x;
  if (row >= call.endRow) { return; }
  let sequence = inputs[call.owners + row] / 64u;
  let replica = sequence / call.sequences;
  let position = inputs[call.owners + row] % 64u;
  let label = inputs[call.targets + row];
  let logits = (${record}) * ${activation.stride}u + ${activation.at}u;
  let upstream = id.x * ${gradient.stride}u + ${gradient.at}u;
  let temperature = ${temperature};
  let normaliser = logSumExp(logits, temperature);
  let logProb = activations[logits + label] / temperature - normaliser;`;
};

/** What `enter` asks for, before `fn main`. */
export const softmaxFunctions = (shape: TransformerShape): string => /* wgsl */ `
const vocabulary = ${shape.vocabulary}u;
fn logSumExp(logits: u32, temperature: f32) -> f32 {
  var most = activations[logits];
  for (var i = 1u; i < vocabulary; i++) { most = max(most, activations[logits + i]); }
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) { sum += exp((activations[logits + i] - most) / temperature); }
  return most / temperature + log(sum);
}`;

/** Cross-entropy with label smoothing, one invocation a row, as `crossEntropy` of engines/reference. */
export function crossEntropySource(shape: TransformerShape) {
  return {
    label: 'crossEntropy',
    lanes: rowLanes,
    call: {
      ...rowsCall,
      /** In the inputs: the smoothing a replica. */
      smoothing: 'u32',
      /** In the inputs: what each row counts in its replica's loss. */
      weights: 'u32',
    },
    buffers: { inputs: 'read u32', activations: 'read f32', gradients: 'read_write f32', rowValues: 'read_write f32' },
    code: /* wgsl */ `
${softmaxFunctions(shape)}
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${enter(shape, '1.0')}
  let smoothing = bitcast<f32>(inputs[call.smoothing + replica]);
  let weight = bitcast<f32>(inputs[call.weights + row]);
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) {
    let logP = activations[logits + i] - normaliser;
    sum += logP;
    let wanted = (1 - smoothing) * f32(i == label) + smoothing / f32(vocabulary);
    gradients[upstream + i] = select(0, weight * (exp(logP) - wanted), weight > 0);
  }
  rowValues[row] = select(0, -weight * ((1 - smoothing) * logProb + smoothing * sum / f32(vocabulary)), weight > 0);
}`,
  } as const satisfies KernelSource<string, string>;
}
