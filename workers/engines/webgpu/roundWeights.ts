import { rolloutPrecisions, type RolloutPrecision } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import { fp8 } from '../rounding.js';
import type { Inputs } from './inputs.js';
import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';

/** A named parameter in the inputs: where it lies in a replica's row, and how it is rounded, an index of `rolloutPrecisions`. */
const roundedRecord = inputRecord('Rounded', { offset: 'u32', count: 'u32', rounding: 'u32' });

/** The named parameters of a shape in the inputs; returns where they begin and how many there are. */
export function addRounded(inputs: Inputs, shape: TransformerShape, precision: RolloutPrecision): { entries: number; count: number } {
  const { entries } = transformerLayout(shape);
  const records = entries.map(({ name, offset, size }) => {
    const own = precision === 'fp8' && !fp8.rounds(name) ? 'float32' : precision;
    return { offset, count: size, rounding: rolloutPrecisions.indexOf(own) };
  });
  return { entries: roundedRecord.add(inputs, records), count: records.length };
}

/** `roundWeights` of engines/rounding, one workgroup a named parameter and replica: `[R, P]` from `weights` to `rounded`. */
export const roundWeightsSource = {
  label: 'roundWeights',
  lanes: 64,
  call: {
    /** P: parameters a replica. */
    parameters: 'u32',
    /** In the inputs: a `Rounded` of each named parameter. */
    entries: 'u32',
  },
  buffers: { inputs: 'read u32', weights: 'read f32', rounded: 'read_write f32' },
  code: /* wgsl */ `
${roundedRecord.wgsl}
var<workgroup> largest: array<f32, lanes>;

// Ties to even, in units of the last bit that is kept.
fn keepBits(value: f32, dropped: u32) -> f32 {
  let bits = bitcast<u32>(value);
  let half = (1u << (dropped - 1u)) - 1u + ((bits >> dropped) & 1u);
  return bitcast<f32>((bits + half) & ~((1u << dropped) - 1u));
}
fn roundToFp8(value: f32) -> f32 {
  if (abs(value) < ${fp8.leastNormal}) { return round(value * ${fp8.subnormals}) / ${fp8.subnormals}; }
  return clamp(keepBits(value, ${23 - fp8.fractionBits}u), -${fp8.largest}, ${fp8.largest});
}
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let entry = readRounded(call.entries, group.x);
  let start = group.y * call.parameters + entry.offset;
  var most = 0.0;
  for (var i = lane; i < entry.count; i += lanes) { most = max(most, abs(weights[start + i])); }
  largest[lane] = most;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
    workgroupBarrier();
  }
  let scale = largest[0] / ${fp8.largest};
  for (var i = lane; i < entry.count; i += lanes) {
    var value = weights[start + i];
    if (entry.rounding == ${rolloutPrecisions.indexOf('bfloat16')}u) { value = keepBits(value, 16u); }
    if (entry.rounding == ${rolloutPrecisions.indexOf('fp8')}u && scale > 0) { value = roundToFp8(value / scale) * scale; }
    rounded[start + i] = value;
  }
}`,
} as const satisfies KernelSource<string, string>;
