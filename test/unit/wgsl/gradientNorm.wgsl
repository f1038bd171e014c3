struct Call {
  parameters: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> norms: array<f32>;
const lanes = 64u;

var<workgroup> sums: array<f32, lanes>;

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = group.y * call.parameters;
  var sum = 0.0;
  for (var i = group.x * lanes + lane; i < call.parameters; i += 16u * lanes) {
    sum += gradient[start + i] * gradient[start + i];
  }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { norms[group.y * 16u + group.x] = sums[0]; }
}