struct Call {
  firstSequence: u32,
  endSequence: u32,
  starts: u32,
  responses: u32,
  firstPosition: u32,
  old: u32,
  current: u32,
  takenAsOld: u32,
  sequenceLogRatio: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read_write> logProbs: array<f32>;
const lanes = 64u;


struct Response {
  advantage: f32,
  weight: f32,
  length: u32,
}
fn readResponse(first: u32, i: u32) -> Response {
  let at = first + i * 3u;
  return Response(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), inputs[at + 2u]);
}
@compute @workgroup_size(lanes) fn main(@builtin(global_invocation_id) id: vec3u) {
  
  let sequence = call.firstSequence + id.x;
  if (sequence >= call.endSequence) { return; }
  let start = inputs[call.starts + sequence] + call.firstPosition;
  let end = start + readResponse(call.responses, sequence).length;
  var sum = 0.0;
  for (var row = start; row < end; row++) { sum += logProbs[call.current + row] - logProbs[call.old + row]; }
  let mean = sum / max(f32(end - start), 1);
  for (var row = start; row < end; row++) {
    logProbs[call.sequenceLogRatio + row] = mean;
    logProbs[call.takenAsOld + row] = logProbs[call.current + row] - mean;
  }
}