import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';

/** A replica's knobs in the inputs; `kept` of a parameter is 1 − learning rate · weight decay. */
export const adamWRecord = inputRecord('AdamWKnobs', { learningRate: 'f32', kept: 'f32', maxGradNorm: 'f32' });

const normLanes = 256;

/** The gradient's norm a replica before clipping, one workgroup each: norms `[R]`. */
export const gradientNormSource = {
  label: 'gradient norm',
  lanes: normLanes,
  call: {
    /** P: parameters a replica. */
    parameters: 'u32',
    /** The scalars' offset of the mean over inner epochs; this epoch's share of it; whether it is the first (1). */
    scalar: 'u32',
    share: 'f32',
    first: 'u32',
  },
  buffers: { inputs: 'read u32', gradient: 'read f32', norms: 'read_write f32', scalars: 'read_write f32' },
  code: /* wgsl */ `
var<workgroup> sums: array<f32, lanes>;

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = group.x * call.parameters;
  var sum = 0.0;
  for (var i = lane; i < call.parameters; i += lanes) { sum += gradient[start + i] * gradient[start + i]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let norm = sqrt(sums[0]);
    norms[group.x] = norm;
    let at = call.scalar + group.x;
    scalars[at] = select(scalars[at], 0, call.first == 1u) + norm * call.share;
  }
}`,
} as const satisfies KernelSource<string, string>;

export const adamWLanes = 256;

/** AdamW after clipping by each replica's global norm, as `adamW` of engines/reference: one parameter an invocation. */
export const adamWSource = {
  label: 'adamW',
  lanes: adamWLanes,
  call: {
    parameters: 'u32',
    /** In the inputs: an `AdamWKnobs` of each replica. */
    knobs: 'u32',
    beta1: 'f32',
    beta2: 'f32',
    /** 1 − β. */
    rest1: 'f32',
    rest2: 'f32',
    epsilon: 'f32',
    /** 1 − βᵗ after this update. */
    correction1: 'f32',
    correction2: 'f32',
  },
  buffers: {
    inputs: 'read u32',
    gradient: 'read f32',
    norms: 'read f32',
    parameters: 'read_write f32',
    firstMoment: 'read_write f32',
    secondMoment: 'read_write f32',
  },
  code: /* wgsl */ `
${adamWRecord.wgsl}
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= call.parameters) { return; }
  let replica = id.y;
  let i = replica * call.parameters + id.x;
  let knobs = readAdamWKnobs(call.knobs, replica);
  let factor = min(knobs.maxGradNorm / (norms[replica] + 1e-6), 1);
  let clipped = gradient[i] * factor;
  let first = firstMoment[i] * call.beta1 + clipped * call.rest1;
  let second = secondMoment[i] * call.beta2 + clipped * clipped * call.rest2;
  firstMoment[i] = first;
  secondMoment[i] = second;
  let direction = first / call.correction1 / (sqrt(second / call.correction2) + call.epsilon);
  parameters[i] = parameters[i] * knobs.kept - direction * knobs.learningRate;
}`,
} as const satisfies KernelSource<string, string>;
