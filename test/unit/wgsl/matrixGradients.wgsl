struct Call {
  firstReplica: u32,
  firstRow: u32,
  endRow: u32,
  sequences: u32,
  starts: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read> gradients: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
const lanes = 64u;

struct Matrix { firstTile: u32, parameters: u32, left: u32, right: u32, rows: u32, columns: u32 }
const matrices = array<Matrix, 9>(Matrix(0, 1312, 36, 0, 32, 96), Matrix(3, 4384, 212, 96, 32, 32), Matrix(4, 5440, 280, 128, 32, 128), Matrix(8, 9536, 312, 256, 128, 32), Matrix(12, 13664, 476, 352, 32, 96), Matrix(15, 16736, 652, 448, 32, 32), Matrix(16, 17792, 720, 480, 32, 128), Matrix(20, 21888, 752, 608, 128, 32), Matrix(24, 26016, 916, 704, 32, 16));
var<workgroup> leftRows: array<f32, 512>;
var<workgroup> rightRows: array<f32, 512>;

fn keep(replica: u32, matrix: Matrix, row: u32, column: u32, value: f32, continues: bool) {
  if (row >= matrix.rows || column >= matrix.columns) { return; }
  let to = replica * 26528u + matrix.parameters + row * matrix.columns + column;
  gradient[to] = select(0, gradient[to], continues) + value;
}
@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var table = matrices;
  var index = 0u;
  while (index + 1u < 9u && table[index + 1u].firstTile <= group.x) { index++; }
  let matrix = table[index];
  let across = (matrix.columns + 31u) / 32u;
  let firstRow = (group.x - matrix.firstTile) / across * 32u;
  let firstColumn = (group.x - matrix.firstTile) % across * 32u;
  
  let replica = call.firstReplica + group.y;
  let start = inputs[call.starts + replica * call.sequences];
  let first = max(start, call.firstRow);
  let end = min(inputs[call.starts + (replica + 1u) * call.sequences], call.endRow);
  let continues = start < call.firstRow;
  let row = lane / 8u;
  let column = lane % 8u;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  for (var block = first; block < end; block += 16u) {
    for (var item = lane; item < 512u; item += lanes) {
      let source = block + item / 32u;
      let i = item % 32u;
      var left = 0.0;
      var right = 0.0;
      if (source < end) {
        let a = (source - call.firstRow) * 964u + matrix.left + firstRow;
        let g = (source - call.firstRow) * 868u + matrix.right + firstColumn;
        if (firstRow + i < matrix.rows) { left = activations[a + i]; }
        if (firstColumn + i < matrix.columns) { right = gradients[g + i]; }
      }
      leftRows[item] = left;
      rightRows[item] = right;
    }
    workgroupBarrier();
    for (var k = 0u; k < 512u; k += 32u) {
      let right = vec4f(rightRows[k + column + 0u], rightRows[k + column + 8u], rightRows[k + column + 16u], rightRows[k + column + 24u]);
      s0 += leftRows[k + row + 0u] * right;
      s1 += leftRows[k + row + 8u] * right;
      s2 += leftRows[k + row + 16u] * right;
      s3 += leftRows[k + row + 24u] * right;
    }
    workgroupBarrier();
  }
  keep(replica, matrix, firstRow + row + 0u, firstColumn + column + 0u, s0[0], continues);
  keep(replica, matrix, firstRow + row + 0u, firstColumn + column + 8u, s0[1], continues);
  keep(replica, matrix, firstRow + row + 0u, firstColumn + column + 16u, s0[2], continues);
  keep(replica, matrix, firstRow + row + 0u, firstColumn + column + 24u, s0[3], continues);
  keep(replica, matrix, firstRow + row + 8u, firstColumn + column + 0u, s1[0], continues);
  keep(replica, matrix, firstRow + row + 8u, firstColumn + column + 8u, s1[1], continues);
  keep(replica, matrix, firstRow + row + 8u, firstColumn + column + 16u, s1[2], continues);
  keep(replica, matrix, firstRow + row + 8u, firstColumn + column + 24u, s1[3], continues);
  keep(replica, matrix, firstRow + row + 16u, firstColumn + column + 0u, s2[0], continues);
  keep(replica, matrix, firstRow + row + 16u, firstColumn + column + 8u, s2[1], continues);
  keep(replica, matrix, firstRow + row + 16u, firstColumn + column + 16u, s2[2], continues);
  keep(replica, matrix, firstRow + row + 16u, firstColumn + column + 24u, s2[3], continues);
  keep(replica, matrix, firstRow + row + 24u, firstColumn + column + 0u, s3[0], continues);
  keep(replica, matrix, firstRow + row + 24u, firstColumn + column + 8u, s3[1], continues);
  keep(replica, matrix, firstRow + row + 24u, firstColumn + column + 16u, s3[2], continues);
  keep(replica, matrix, firstRow + row + 24u, firstColumn + column + 24u, s3[3], continues);
}