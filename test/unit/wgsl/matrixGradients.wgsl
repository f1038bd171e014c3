struct Call {
  firstReplica: u32,
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  starts: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> activations: array<vec4f>;
@group(0) @binding(3) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
const lanes = 64u;


alias Pack = vec4f;
fn total(x: Pack) -> f32 { return x.x + x.y + x.z + x.w; }
fn inner(x: Pack, y: Pack) -> f32 { return dot(x, y); }

fn activationsAt(i: u32) -> f32 { return activations[i >> 2u][i & 3u]; }
fn activationsPack(i: u32) -> Pack { return activations[i >> 2u]; }

fn gradientsAt(i: u32) -> f32 { return gradients[i >> 2u][i & 3u]; }
fn gradientsPack(i: u32) -> Pack { return gradients[i >> 2u]; }
fn activationsFour(i: u32) -> vec4f { return activationsPack(i); }
fn gradientsFour(i: u32) -> vec4f { return gradientsPack(i); }
struct Matrix { firstTile: u32, parameters: u32, left: u32, right: u32, rows: u32, columns: u32 }
const matrices = array<Matrix, 9>(Matrix(0, 1312, 36, 0, 32, 96), Matrix(192, 4384, 212, 96, 32, 32), Matrix(256, 5440, 280, 128, 32, 128), Matrix(512, 9536, 312, 256, 128, 32), Matrix(768, 13664, 476, 352, 32, 96), Matrix(960, 16736, 652, 448, 32, 32), Matrix(1024, 17792, 720, 480, 32, 128), Matrix(1280, 21888, 752, 608, 128, 32), Matrix(1536, 26016, 916, 704, 32, 16));

fn keep(replica: u32, matrix: Matrix, row: u32, column: u32, values: vec4f, continues: bool) {
  if (row >= matrix.rows) { return; }
  let to = replica * 26528u + matrix.parameters + row * matrix.columns + column;
  for (var j = 0u; j < min(4u, matrix.columns - column); j++) {
    gradient[to + j] = select(0, gradient[to + j], continues) + values[j];
  }
}
@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x * lanes + lane;
  if (tile >= 1568u) { return; }
  var table = matrices;
  var index = 0u;
  while (index + 1u < 9u && table[index + 1u].firstTile <= tile) { index++; }
  let matrix = table[index];
  let across = (matrix.columns + 3u) / 4u;
  let row = (tile - matrix.firstTile) / across * 4u;
  let column = (tile - matrix.firstTile) % across * 4u;
  
  let replica = call.firstReplica + group.y;
  let start = inputs[call.starts + replica * call.sequences];
  let first = max(start, call.firstRow);
  let end = min(inputs[call.starts + (replica + 1u) * call.sequences], call.endRow);
  let continues = start < call.firstRow;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var a = (first - call.firstRow) * 964u + matrix.left + row;
  var g = (first - call.firstRow) * 868u + matrix.right + column;
  for (var source = first; source < end; source++) {
    let left = activationsFour(a);
    let right = gradientsFour(g);
    s0 += left[0] * right;
    s1 += left[1] * right;
    s2 += left[2] * right;
    s3 += left[3] * right;
    a += 964u;
    g += 868u;
  }
  keep(replica, matrix, row + 0u, column, s0, continues);
  keep(replica, matrix, row + 1u, column, s1, continues);
  keep(replica, matrix, row + 2u, column, s2, continues);
  keep(replica, matrix, row + 3u, column, s3, continues);
}