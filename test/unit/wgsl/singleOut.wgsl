struct Call {
  sequences: u32,
  starts: u32,
  responses: u32,
  knobs: u32,
  owners: u32,
  firstPosition: u32,
  maxResponseLength: u32,
  keys: u32,
  policyLoss: u32,
  old: u32,
  current: u32,
  singledOut: u32,
  order: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read_write> logProbs: array<f32>;
const lanes = 128u;


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

fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }

var<workgroup> sums: array<vec3f, lanes>;

struct Token { present: bool, advantage: f32, place: u32 }
fn tokenOf(row: u32, firstSequence: u32) -> Token {
  let owner = inputs[call.owners + row];
  let sequence = owner / 64u;
  let position = owner % 64u;
  let own = readResponse(call.responses, sequence);
  let t = position - call.firstPosition;
  let present = position >= call.firstPosition && t < own.length && own.weight != 0;
  return Token(present, own.advantage, (sequence - firstSequence) * call.maxResponseLength + t);
}
@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = group.x;
  let knobs = readLossKnobs(call.knobs, replica);
  let firstSequence = replica * call.sequences;
  let start = inputs[call.starts + firstSequence];
  let end = inputs[call.starts + firstSequence + call.sequences];
  var sum = vec3f();
  for (var row = start + lane; row < end; row += lanes) {
    let token = tokenOf(row, firstSequence);
    if (token.present) { sum += vec3f(token.advantage, logProbs[call.current + row], 1); }
  }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  let means = sums[0].xy / max(sums[0].z, 1);
  for (var row = start + lane; row < end; row += lanes) {
    let token = tokenOf(row, firstSequence);
    let logProb = logProbs[call.current + row];
    let covariance = (token.advantage - means.x) * (logProb - means.y);
    var order = covariance;
    var eligible = token.present;
    if (call.policyLoss == 3u) {
      let ratio = exp(clamp(logProb - logProbs[call.old + row], -20, 20));
      let plain = -token.advantage * ratio;
      let bounded = -token.advantage * max(min(ratio, 1 + knobs.clipHigh), 1 - knobs.clipLow);
      eligible = eligible && covariance > knobs.covarianceLow && covariance < knobs.covarianceHigh && bounded <= plain;
      order = -f32(randomAt(inputs[call.keys + replica], token.place) >> 8u);
    }
    logProbs[call.order + row] = select(-3e+38, order, eligible);
  }
  storageBarrier();
  for (var row = start + lane; row < end; row += lanes) {
    let own = logProbs[call.order + row];
    var before = 0u;
    for (var other = start; other < end; other++) {
      let theirs = logProbs[call.order + other];
      before += u32(theirs > own || (theirs == own && other < row));
    }
    logProbs[call.singledOut + row] = f32(own > -3e+38 && before < u32(knobs.singledOut));
  }
}