struct Call {
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  owners: u32,
  targets: u32,
  knobs: u32,
  responses: u32,
  sampled: u32,
  reference: u32,
  old: u32,
  hasOld: u32,
  firstPosition: u32,
  decisive: u32,
  estimator: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> logProbs: array<f32>;
@group(0) @binding(3) var<storage, read> activations: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(5) var<storage, read_write> rowValues: array<f32>;
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

struct Response {
  advantage: f32,
  weight: f32,
  length: u32,
}
fn readResponse(first: u32, i: u32) -> Response {
  let at = first + i * 3u;
  return Response(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), inputs[at + 2u]);
}
// Entropy, and the mean log-probability of all tokens.
fn entropyOf(logits: u32, temperature: f32, normaliser: f32) -> vec2f {
  var entropy = 0.0;
  var sum = 0.0;
  for (var i = 0u; i < vocabulary; i++) {
    let logProb = activations[logits + i] / temperature - normaliser;
    entropy -= exp(logProb) * logProb;
    sum += logProb;
  }
  return vec2f(entropy, sum / f32(vocabulary));
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
  let temperature = readLossKnobs(call.knobs, replica).temperature;
  let normaliser = logSumExp(logits, temperature);
  let logProb = activations[logits + label] / temperature - normaliser;
  let knobs = readLossKnobs(call.knobs, replica);
  let own = readResponse(call.responses, sequence);
  let response = position - call.firstPosition;
  let values = row * 8u;
  if (position < call.firstPosition) {
    for (var i = 0u; i < vocabulary; i++) { gradients[upstream + i] = 0; }
    for (var i = 0u; i < 8u; i++) { rowValues[values + i] = 0; }
    return;
  }
  let mask = f32(response < own.length);
  let weight = own.weight * mask;
  let tokenWeight = knobs.tokenWeight * mask;
  let advantage = own.advantage;
  let tempered = entropyOf(logits, temperature, normaliser);
  var atT1 = tempered.x;
  if (temperature != 1) { atT1 = entropyOf(logits, 1, logSumExp(logits, 1)).x; }

  var difference = 0.0;
  if (call.hasOld == 1u) { difference = logProb - logProbs[call.old + row]; }
  let ratio = exp(clamp(difference, -20, 20));
  let lowest = 1 - knobs.clipLow;
  let highest = 1 + knobs.clipHigh;
  let plain = -advantage * ratio;
  let bounded = -advantage * max(min(ratio, highest), lowest);
  let cap = select(1e+30, -advantage * knobs.dualClip, advantage < 0);
  let policyLoss = min(max(plain, bounded), cap);
  var slope = 0.0;
  let inside = min(ratio, highest) >= lowest && ratio <= highest;
  let passes = max(plain, bounded) <= cap && (plain >= bounded || inside) && abs(difference) <= 20;
  if (passes) { slope = -advantage * ratio; }

  let d0 = logProb - logProbs[call.reference + row];
  let d = clamp(d0, -20, 20);
  var estimates = array<f32, 3>(d, d * d / 2, exp(-d) + d - 1);
  var slopes = array<f32, 3>(1, d, 1 - exp(-d));
  let kl = knobs.klCoefficient;
  let entropyCoefficient = knobs.entropyCoefficient;
  let smoothing = knobs.labelSmoothing;
  let total = policyLoss + kl * estimates[call.estimator] - entropyCoefficient * tempered.x - smoothing * tempered.y;
  if (abs(d0) <= 20) { slope += kl * slopes[call.estimator]; }

  for (var i = 0u; i < vocabulary; i++) {
    let logP = activations[logits + i] / temperature - normaliser;
    let p = exp(logP);
    let change = slope * (f32(i == label) - p)
      + entropyCoefficient * p * (logP + tempered.x)
      + smoothing * (p - 0.0625);
    gradients[upstream + i] = select(0, weight * change / temperature, mask > 0);
  }
  rowValues[values + 0u] = weight * total;
  rowValues[values + 1u] = weight * policyLoss;
  rowValues[values + 2u] = tokenWeight * tempered.x;
  rowValues[values + 3u] = tokenWeight * atT1;
  rowValues[values + 4u] = select(0, atT1 / f32(call.sequences), response == call.decisive);
  rowValues[values + 5u] = tokenWeight * estimates[2];
  rowValues[values + 6u] = tokenWeight * f32(bounded > plain);
  rowValues[values + 7u] = tokenWeight * abs(bitcast<f32>(inputs[call.sampled + row]) - logProb);
}