struct Call {
  parameters: u32,
  entries: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> rounded: array<f32>;
const lanes = 64u;


struct Rounded {
  offset: u32,
  count: u32,
  rounding: u32,
}
fn readRounded(first: u32, i: u32) -> Rounded {
  let at = first + i * 3u;
  return Rounded(inputs[at + 0u], inputs[at + 1u], inputs[at + 2u]);
}
var<workgroup> largest: array<f32, lanes>;

// Ties to even, in units of the last bit that is kept.
fn keepBits(value: f32, dropped: u32) -> f32 {
  let bits = bitcast<u32>(value);
  let half = (1u << (dropped - 1u)) - 1u + ((bits >> dropped) & 1u);
  return bitcast<f32>((bits + half) & ~((1u << dropped) - 1u));
}
fn roundToFp8(value: f32) -> f32 {
  if (abs(value) < 0.015625) { return round(value * 512) / 512; }
  return clamp(keepBits(value, 20u), -448, 448);
}
@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  let scale = largest[0] / 448;
  for (var i = lane; i < entry.count; i += lanes) {
    var value = weights[start + i];
    if (entry.rounding == 1u) { value = keepBits(value, 16u); }
    if (entry.rounding == 2u && scale > 0) { value = roundToFp8(value / scale) * scale; }
    rounded[start + i] = value;
  }
}