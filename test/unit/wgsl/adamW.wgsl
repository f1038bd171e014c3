struct Call {
  parameters: u32,
  replicas: u32,
  knobs: u32,
  beta1: f32,
  beta2: f32,
  rest1: f32,
  rest2: f32,
  epsilon: f32,
  correction1: f32,
  correction2: f32,
  scalar: u32,
  share: f32,
  first: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read> norms: array<f32>;
@group(0) @binding(4) var<storage, read> parametersBefore: array<f32>;
@group(0) @binding(5) var<storage, read> momentsBefore: array<f32>;
@group(0) @binding(6) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(7) var<storage, read_write> moments: array<f32>;
@group(0) @binding(8) var<storage, read_write> scalars: array<f32>;
const lanes = 64u;


struct AdamWKnobs {
  learningRate: f32,
  kept: f32,
  maxGradNorm: f32,
}
fn readAdamWKnobs(first: u32, i: u32) -> AdamWKnobs {
  let at = first + i * 3u;
  return AdamWKnobs(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), bitcast<f32>(inputs[at + 2u]));
}
var<workgroup> norm: f32;

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = group.y;
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < 16u; i++) { sum += norms[replica * 16u + i]; }
    norm = sqrt(sum);
    if (group.x == 0u) {
      let at = call.scalar + replica;
      scalars[at] = select(scalars[at], 0, call.first == 1u) + norm * call.share;
    }
  }
  let knobs = readAdamWKnobs(call.knobs, replica);
  let factor = min(knobs.maxGradNorm / (workgroupUniformLoad(&norm) + 1e-6), 1);
  let matrix = call.replicas * call.parameters;
  let begin = group.x * lanes * 8u + lane;
  let end = min((group.x + 1u) * lanes * 8u, call.parameters);
  for (var own = begin; own < end; own += lanes) {
    let i = replica * call.parameters + own;
    var old: vec3f;
    if (call.first == 1u) {
      old = vec3f(parametersBefore[i], momentsBefore[i], momentsBefore[matrix + i]);
    } else {
      old = vec3f(parameters[i], moments[i], moments[matrix + i]);
    }
    let clipped = gradient[i] * factor;
    let first = old.y * call.beta1 + clipped * call.rest1;
    let second = old.z * call.beta2 + clipped * clipped * call.rest2;
    moments[i] = first;
    moments[matrix + i] = second;
    let direction = first / call.correction1 / (sqrt(second / call.correction2) + call.epsilon);
    parameters[i] = old.x * knobs.kept - direction * knobs.learningRate;
  }
}