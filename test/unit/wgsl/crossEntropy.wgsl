struct Call {
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  owners: u32,
  targets: u32,
  smoothing: u32,
  weights: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(4) var<storage, read_write> rowValues: array<f32>;
const lanes = 64u;


const vocabulary = 16u;
fn logSumExp(logits: u32, temperature: f32) -> f32 {
  var most = activations[logits];
  for (var i = 1u; i < vocabulary; i++) { most = max(most, activations[logits + i]); }
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) { sum += exp((activations[logits + i] - most) / temperature); }
  return most / temperature + log(sum);
}
@compute @workgroup_size(lanes) fn main(@builtin(global_invocation_id) id: vec3u) {
  
  let row = call.firstRow + id.x;
  if (row >= call.endRow) { return; }
  let sequence = inputs[call.owners + row] / 64u;
  let replica = sequence / call.sequences;
  let position = inputs[call.owners + row] % 64u;
  let label = inputs[call.targets + row];
  let logits = (id.x) * 964u + 948u;
  let upstream = id.x * 868u + 704u;
  let temperature = 1.0;
  let normaliser = logSumExp(logits, temperature);
  let logProb = activations[logits + label] / temperature - normaliser;
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
}