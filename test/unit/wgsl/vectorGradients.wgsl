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
@group(0) @binding(2) var<storage, read> activations: array<vec4f>;
@group(0) @binding(3) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
const lanes = 64u;


alias Pack = vec4f;
fn total(x: Pack) -> f32 { return x.x + x.y + x.z + x.w; }
fn inner(x: Pack, y: Pack) -> f32 { return dot(x, y); }

fn activationsAt(i: u32) -> f32 { return activations[i >> 2u][i & 3u]; }
fn activationsPack(i: u32) -> Pack { return activations[i >> 2u]; }

fn gradientsAt(i: u32) -> f32 { return gradients[i >> 2u][i & 3u]; }
fn gradientsPack(i: u32) -> Pack { return gradients[i >> 2u]; }

fn gradientAt(i: u32) -> f32 { return gradient[i >> 2u][i & 3u]; }
fn gradientPack(i: u32) -> Pack { return gradient[i >> 2u]; }
fn setGradient(i: u32, value: f32) { gradient[i >> 2u][i & 3u] = value; }
fn setGradientPack(i: u32, value: Pack) { gradient[i >> 2u] = value; }
struct Gain { parameters: u32, input: u32, scale: u32, upstream: u32 }
const gains = array<Gain, 5>(Gain(1280, 0, 32, 288), Gain(5408, 244, 276, 320), Gain(13632, 440, 472, 640), Gain(17760, 684, 716, 672), Gain(25984, 880, 912, 720));

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  
  let replica = call.firstReplica + group.y;
  let start = inputs[call.starts + replica * call.sequences];
  let first = max(start, call.firstRow);
  let end = min(inputs[call.starts + (replica + 1u) * call.sequences], call.endRow);
  let continues = start < call.firstRow;
  let item = (group.x * lanes + lane) * 4u;
  let vector = item / 32u;
  let i = item % 32u;
  if (vector >= 45u) { return; }
  var sum = Pack();
  var to = replica * 26528u + item;
  if (vector < 40u) {
    let isToken = vector < 16u;
    let words = select(call.owners, call.tokens, isToken);
    let wanted = select(vector - 16u, vector, isToken);
    let range = select(64u, 16u, isToken);
    for (var row = first; row < end; row++) {
      if (inputs[words + row] % range == wanted) { sum += gradientsPack((row - call.firstRow) * 868u + 752u + i); }
    }
  } else {
    var table = gains;
    let gain = table[vector - 40u];
    to = replica * 26528u + gain.parameters + i;
    for (var row = first; row < end; row++) {
      let a = (row - call.firstRow) * 964u;
      let g = (row - call.firstRow) * 868u;
      sum += gradientsPack(g + gain.upstream + i) * activationsPack(a + gain.input + i) * activationsAt(a + gain.scale);
    }
  }
  setGradientPack(to, select(Pack(), gradientPack(to), continues) + sum);
}