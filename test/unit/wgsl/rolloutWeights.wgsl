struct Call {
  firstSequence: u32,
  endSequence: u32,
  starts: u32,
  responses: u32,
  firstPosition: u32,
  sequences: u32,
  knobs: u32,
  sampled: u32,
  correction: u32,
  old: u32,
  policyWeight: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read_write> logProbs: array<f32>;
const lanes = 64u;


struct LossKnobs {
  temperature: f32,
  klCoefficient: f32,
  entropyCoefficient: f32,
  labelSmoothing: f32,
  clipLow: f32,
  clipHigh: f32,
  dualClip: f32,
  covarianceShare: f32,
  covarianceLow: f32,
  covarianceHigh: f32,
  klCovCoefficient: f32,
  sapoPositive: f32,
  sapoNegative: f32,
  rolloutCorrectionThreshold: f32,
  tokenWeight: f32,
  singledOut: u32,
}
fn readLossKnobs(first: u32, i: u32) -> LossKnobs {
  let at = first + i * 16u;
  return LossKnobs(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), bitcast<f32>(inputs[at + 2u]), bitcast<f32>(inputs[at + 3u]), bitcast<f32>(inputs[at + 4u]), bitcast<f32>(inputs[at + 5u]), bitcast<f32>(inputs[at + 6u]), bitcast<f32>(inputs[at + 7u]), bitcast<f32>(inputs[at + 8u]), bitcast<f32>(inputs[at + 9u]), bitcast<f32>(inputs[at + 10u]), bitcast<f32>(inputs[at + 11u]), bitcast<f32>(inputs[at + 12u]), bitcast<f32>(inputs[at + 13u]), bitcast<f32>(inputs[at + 14u]), inputs[at + 15u]);
}

struct Response {
  advantage: f32,
  weight: f32,
  length: u32,
}
fn readResponse(first: u32, i: u32) -> Response {
  let at = first + i * 3u;
  return Response(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), inputs[at + 2u]);
}
fn weightOf(difference: f32) -> f32 { return exp(clamp(difference, -20, 20)); }
fn differenceOf(row: u32) -> f32 { return logProbs[call.old + row] - bitcast<f32>(inputs[call.sampled + row]); }
@compute @workgroup_size(lanes) fn main(@builtin(global_invocation_id) id: vec3u) {
  
  let sequence = call.firstSequence + id.x;
  if (sequence >= call.endSequence) { return; }
  let start = inputs[call.starts + sequence] + call.firstPosition;
  let end = start + readResponse(call.responses, sequence).length;
  let most = readLossKnobs(call.knobs, sequence / call.sequences).rolloutCorrectionThreshold;
  var sum = 0.0;
  for (var row = start; row < end; row++) { sum += differenceOf(row); }
  var weight = weightOf(sum);
  if (call.correction == 3u && weight > most) { weight = 0; }
  for (var row = start; row < end; row++) {
    let ofToken = call.correction == 1u;
    logProbs[call.policyWeight + row] = min(select(weight, weightOf(differenceOf(row)), ofToken), most);
  }
}