struct Call {
  firstReplica: u32,
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  starts: u32,
  tokens: u32,
  owners: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read> gradients: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
const lanes = 64u;

struct Gain { parameters: u32, input: u32, scale: u32, upstream: u32 }
const gains = array<Gain, 5>(Gain(1280, 0, 32, 288), Gain(5408, 244, 276, 320), Gain(13632, 440, 472, 640), Gain(17760, 684, 716, 672), Gain(25984, 880, 912, 720));

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  
  let replica = call.firstReplica + group.y;
  let start = inputs[call.starts + replica * call.sequences];
  let first = max(start, call.firstRow);
  let end = min(inputs[call.starts + (replica + 1u) * call.sequences], call.endRow);
  let continues = start < call.firstRow;
  let item = group.x * lanes + lane;
  let vector = item / 32u;
  let i = item % 32u;
  if (vector >= 45u) { return; }
  var sum = 0.0;
  var to = replica * 26528u + item;
  if (vector < 40u) {
    for (var row = first; row < end; row++) {
      let position = inputs[call.owners + row] % 64u + 16u;
      let own = select(inputs[call.tokens + row], position, vector >= 16u);
      if (own == vector) { sum += gradients[(row - call.firstRow) * 868u + 752u + i]; }
    }
  } else {
    var table = gains;
    let gain = table[vector - 40u];
    to = replica * 26528u + gain.parameters + i;
    for (var row = first; row < end; row++) {
      let a = (row - call.firstRow) * 964u;
      let g = (row - call.firstRow) * 868u;
      sum += gradients[g + gain.upstream + i] * activations[a + gain.input + i] * activations[a + gain.scale];
    }
  }
  gradient[to] = select(0, gradient[to], continues) + sum;
}