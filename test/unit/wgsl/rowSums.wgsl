struct Call {
  sequences: u32,
  starts: u32,
  columns: u32,
  replicas: u32,
  averaged: u32,
  share: f32,
  first: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> rowValues: array<f32>;
@group(0) @binding(3) var<storage, read_write> scalars: array<f32>;
const lanes = 64u;

var<workgroup> sums: array<f32, lanes>;

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = inputs[call.starts + group.y * call.sequences];
  let end = inputs[call.starts + (group.y + 1u) * call.sequences];
  var sum = 0.0;
  for (var row = start + lane; row < end; row += lanes) { sum += rowValues[row * call.columns + group.x]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let at = group.x * call.replicas + group.y;
    if (((call.averaged >> group.x) & 1u) == 1u) {
      scalars[at] = select(scalars[at], 0, call.first == 1u) + sums[0] * call.share;
    } else if (call.first == 1u) {
      scalars[at] = sums[0];
    }
  }
}