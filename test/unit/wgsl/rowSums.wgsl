struct Call {
  sequences: u32,
  starts: u32,
  columns: u32,
  replicas: u32,
  averaged: u32,
  largest: u32,
  share: f32,
  firstShare: f32,
  first: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> rowValues: array<f32>;
@group(0) @binding(3) var<storage, read_write> scalars: array<f32>;
const lanes = 64u;

var<workgroup> sums: array<f32, lanes>;

fn join(a: f32, b: f32, isLargest: bool) -> f32 { return select(a + b, max(a, b), isLargest); }
@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
}