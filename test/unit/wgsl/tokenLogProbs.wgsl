struct Call {
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  owners: u32,
  targets: u32,
  knobs: u32,
  skip: u32,
  to: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read_write> logProbs: array<f32>;
const lanes = 64u;


const vocabulary = 16u;
fn logSumExp(logits: u32, temperature: f32) -> f32 {
  var most = activations[logits];
  for (var i = 1u; i < vocabulary; i++) { most = max(most, activations[logits + i]); }
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) { sum += exp((activations[logits + i] - most) / temperature); }
  return most / temperature + log(sum);
}

struct LossKnobs {
  temperature: f32,
  klCoefficient: f32,
  entropyCoefficient: f32,
  labelSmoothing: f32,
  clipLow: f32,
  clipHigh: f32,
  dualClip: f32,
  tokenWeight: f32,
}
fn readLossKnobs(first: u32, i: u32) -> LossKnobs {
  let at = first + i * 8u;
  return LossKnobs(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), bitcast<f32>(inputs[at + 2u]), bitcast<f32>(inputs[at + 3u]), bitcast<f32>(inputs[at + 4u]), bitcast<f32>(inputs[at + 5u]), bitcast<f32>(inputs[at + 6u]), bitcast<f32>(inputs[at + 7u]));
}
@compute @workgroup_size(lanes) fn main(@builtin(global_invocation_id) id: vec3u) {
  
  let row = call.firstRow + id.x;
  if (row >= call.endRow) { return; }
  let sequence = inputs[call.owners + row] / 64u;
  let replica = sequence / call.sequences;
  let position = inputs[call.owners + row] % 64u;
  let label = inputs[call.targets + row];
  let logits = (call.skip + id.x) * 964u + 948u;
  let upstream = id.x * 868u + 704u;
  let temperature = readLossKnobs(call.knobs, replica).temperature;
  let normaliser = logSumExp(logits, temperature);
  let logProb = activations[logits + label] / temperature - normaliser;
  logProbs[call.to + row] = logProb;
}