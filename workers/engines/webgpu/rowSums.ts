import { grpoScalars, scalarSpecifications } from '../grpoStep.js';
import type { KernelSource } from './kernel.js';

/** The scalars of one kind, a bit each. */
const scalarBits = (kind: 'mean' | 'largest'): number =>
  grpoScalars.reduce((bits, name, i) => (scalarSpecifications[name].epochs === kind ? bits | (1 << i) : bits), 0);
export const averagedScalars = scalarBits('mean');
export const largestScalars = scalarBits('largest');

/**
 * Sums of the rows' values a replica, always in the same order, one workgroup a sum: scalars `[columns, R]`. Columns
 * whose bit of `averaged` is set get a share of every gradient step, those of `largest` the largest row of all steps, the
 * others a share of each of the first epoch.
 */
export const rowSumsSource = {
  label: 'rowSums',
  lanes: 64,
  call: {
    sequences: 'u32',
    starts: 'u32',
    columns: 'u32',
    replicas: 'u32',
    averaged: 'u32',
    largest: 'u32',
    share: 'f32',
    /** 0 after the first epoch. */
    firstShare: 'f32',
    /** 1: the first gradient step of an update. */
    first: 'u32',
  },
  buffers: { inputs: 'read u32', rowValues: 'read f32', scalars: 'read_write f32' },
  code: /* wgsl */ `
var<workgroup> sums: array<f32, lanes>;

fn join(a: f32, b: f32, isLargest: bool) -> f32 { return select(a + b, max(a, b), isLargest); }
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = inputs[call.starts + group.y * call.sequences];
  let end = inputs[call.starts + (group.y + 1u) * call.sequences];
  let isLargest = ((call.largest >> group.x) & 1u) == 1u;
  var sum = 0.0;
  for (var row = start + lane; row < end; row += lanes) { sum = join(sum, rowValues[row * call.columns + group.x], isLargest); }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] = join(sums[lane], sums[lane + half], isLargest); }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let at = group.x * call.replicas + group.y;
    let before = select(scalars[at], 0, call.first == 1u);
    let share = select(call.firstShare, call.share, ((call.averaged >> group.x) & 1u) == 1u);
    if (isLargest) {
      scalars[at] = max(before, sums[0]);
    } else if (share > 0) {
      scalars[at] = before + sums[0] * share;
    }
  }
}`,
} as const satisfies KernelSource<string, string>;
