import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';

/** A replica's knobs in the inputs; `kept` of a parameter is 1 − learning rate · weight decay. */
export const adamWRecord = inputRecord('AdamWKnobs', { learningRate: 'f32', kept: 'f32', maxGradNorm: 'f32' });

/** Workgroups that sum up one replica's squared gradient, each a part. */
export const normGroups = 16;

/** Parts of the gradient's squared norm a replica, in a fixed order: norms `[R, normGroups]`. */
export const gradientNormSource = {
  label: 'gradientNorm',
  lanes: 64,
  call: {
    /** P: parameters a replica. */
    parameters: 'u32',
  },
  buffers: { gradient: 'read f32', norms: 'read_write f32' },
  code: /* wgsl */ `
var<workgroup> sums: array<f32, lanes>;

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = group.y * call.parameters;
  var sum = 0.0;
  for (var i = group.x * lanes + lane; i < call.parameters; i += ${normGroups}u * lanes) {
    sum += gradient[start + i] * gradient[start + i];
  }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { norms[group.y * ${normGroups}u + group.x] = sums[0]; }
}`,
} as const satisfies KernelSource<string, string>;

const adamWLanes = 64;
/** Parameters an invocation, `adamWLanes` apart. */
const perInvocation = 8;

/** Workgroups a replica that `adamWSource` needs. */
export function optimizerGroups(parameterCount: number): number {
  return Math.ceil(parameterCount / (adamWLanes * perInvocation));
}

/**
 * AdamW after clipping by each replica's global norm, as `adamW` of engines/reference. The first of an update's inner
 * epochs goes from one state to the other, which is what undoes it; later ones go on in the latter. The norm before
 * clipping goes into the scalars, a mean over inner epochs.
 */
export const adamWSource = {
  label: 'adamW',
  lanes: adamWLanes,
  call: {
    parameters: 'u32',
    replicas: 'u32',
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
    /** Where the norms `[R]` lie in the scalars; this epoch's share of the mean; whether it is the first (1). */
    scalar: 'u32',
    share: 'f32',
    first: 'u32',
  },
  buffers: {
    inputs: 'read u32',
    gradient: 'read f32',
    norms: 'read f32',
    /** Before the update: parameters `[2, R, P]`, of which the first half, and moments `[2, R, P]`. */
    parametersBefore: 'read f32',
    momentsBefore: 'read f32',
    /** The same after it. */
    parameters: 'read_write f32',
    moments: 'read_write f32',
    scalars: 'read_write f32',
  },
  code: /* wgsl */ `
${adamWRecord.wgsl}
var<workgroup> norm: f32;

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = group.y;
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < ${normGroups}u; i++) { sum += norms[replica * ${normGroups}u + i]; }
    norm = sqrt(sum);
    if (group.x == 0u) {
      let at = call.scalar + replica;
      scalars[at] = select(scalars[at], 0, call.first == 1u) + norm * call.share;
    }
  }
  let knobs = readAdamWKnobs(call.knobs, replica);
  let factor = min(knobs.maxGradNorm / (workgroupUniformLoad(&norm) + 1e-6), 1);
  let matrix = call.replicas * call.parameters;
  let begin = group.x * lanes * ${perInvocation}u + lane;
  let end = min((group.x + 1u) * lanes * ${perInvocation}u, call.parameters);
  for (var own = begin; own < end; own += lanes) {
    let i = replica * call.parameters + own;
    var old: vec3f;
    if (call.first == 1u) {
      old = vec3f(parametersBefore[i], momentsBefore[i], momentsBefore[matrix + i]);
    } else {
      old = vec3f(parameters[i], moments[i], moments[matrix + i]);
    }
    let clipped = gradient[i] * factor;
    let first = old.y * call.beta1 + clipped * call.rest1;
    let second = old.z * call.beta2 + clipped * clipped * call.rest2;
    moments[i] = first;
    moments[matrix + i] = second;
    let direction = first / call.correction1 / (sqrt(second / call.correction2) + call.epsilon);
    parameters[i] = old.x * knobs.kept - direction * knobs.learningRate;
  }
}`,
} as const satisfies KernelSource<string, string>;
