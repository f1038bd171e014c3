struct Call {
  firstSequence: u32,
  firstRow: u32,
  sequences: u32,
  starts: u32,
  tokens: u32,
  dropout: u32,
  population: u32,
  passRows: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> activations: array<vec4f>;
const lanes = 16u;


fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }


alias Pack = vec4f;
fn total(x: Pack) -> f32 { return x.x + x.y + x.z + x.w; }
fn inner(x: Pack, y: Pack) -> f32 { return dot(x, y); }
const packed = 4u;
const packs = 8u;
const width = 32u;
const heads = 2u;
const headWidth = 16u;
const context = 24u;
const layers = 2u;
const keyStride = 24u;
const scoreScale = 0.25;
const activationStride = 964u;
const gradientStride = 868u;
const parameterCount = 26528u;

struct Dropout {
  key: u32,
  threshold: u32,
  factor: f32,
}
fn readDropout(first: u32, i: u32) -> Dropout {
  let at = first + i * 3u;
  return Dropout(inputs[at + 0u], inputs[at + 1u], bitcast<f32>(inputs[at + 2u]));
}
fn dropoutFactor(dropout: u32, replica: u32, index: u32) -> f32 {
  let own = readDropout(dropout, replica);
  return select(own.factor, 0, randomAt(own.key, index) < own.threshold);
}
// Of the activations from i on, at this place of the knobs; 0: nothing is dropped.
fn dropoutFactors(dropout: u32, replica: u32, branch: u32, sequence: u32, position: u32, i: u32) -> Pack {
  if (dropout == 0u) { return Pack(1); }
  let index = ((branch * call.sequences + sequence) * context + position) * width + i;
  return Pack(dropoutFactor(dropout, replica, index + 0u), dropoutFactor(dropout, replica, index + 1u), dropoutFactor(dropout, replica, index + 2u), dropoutFactor(dropout, replica, index + 3u));
}


fn parametersAt(i: u32) -> f32 { return parameters[i >> 2u][i & 3u]; }
fn parametersPack(i: u32) -> Pack { return parameters[i >> 2u]; }

fn activationsAt(i: u32) -> f32 { return activations[i >> 2u][i & 3u]; }
fn activationsPack(i: u32) -> Pack { return activations[i >> 2u]; }
fn setActivations(i: u32, value: f32) { activations[i >> 2u][i & 3u] = value; }
fn setActivationsPack(i: u32, value: Pack) { activations[i >> 2u] = value; }
// A row's score for one of the keys up to it.
fn scoreOf(query: u32, others: u32, key: u32, row: u32) -> f32 {
  if (key > row) { return 0; }
  var score = 0.0;
  for (var i = 0u; i < headWidth; i += packed) {
    score += inner(activationsPack(query + i), activationsPack(others + key * activationStride + i));
  }
  return score * scoreScale;
}

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let start = inputs[call.starts + sequence];
  let rows = inputs[call.starts + sequence + 1u] - start;
  let weights = (group.y * call.population / call.sequences + replica) * parameterCount;
  let records = (start - call.firstRow + group.y * call.passRows) * activationStride;
  let dropout = select(call.dropout, 0u, group.y == 1u);
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    setActivationsPack(records + row * activationStride + i,
      parametersPack(weights + inputs[call.tokens + start + row] * width + i) +
      parametersPack(weights + 512u + row * width + i));
  }
  storageBarrier();
  for (var layer = 0u; layer < layers; layer++) {
    let a = records + layer * 440u;
    let next = a + 440u;
    let w = weights + layer * 12352u;
    
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let x = activationsPack(a + row * activationStride + i);
      sum += inner(x, x);
    }
    setActivations(a + 32u + row * activationStride, inverseSqrt(sum / f32(width) + 1e-5));
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs * activationStride;
    let i = item % packs * packed;
    setActivationsPack(a + 36u + row + i,
      activationsPack(a + row + i) * activationsAt(a + 32u + row) * parametersPack(w + 1280u + i));
  }
  storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 24u; tile += lanes) {
    let first = tile / 24u * 4u;
    let column = tile % 24u * 4u;
    let right = w + 1312u + column;
    let left0 = a + 36u + min(first + 0u, rows - 1u) * activationStride;
    let left1 = a + 36u + min(first + 1u, rows - 1u) * activationStride;
    let left2 = a + 36u + min(first + 2u, rows - 1u) * activationStride;
    let left3 = a + 36u + min(first + 3u, rows - 1u) * activationStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + (k + 0u) * 96u);
      let b1 = parametersPack(right + (k + 1u) * 96u);
      let b2 = parametersPack(right + (k + 2u) * 96u);
      let b3 = parametersPack(right + (k + 3u) * 96u);
      let a0 = activationsPack(left0 + k);
      let a1 = activationsPack(left1 + k);
      let a2 = activationsPack(left2 + k);
      let a3 = activationsPack(left3 + k);
      s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
      s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
    }
    if (first + 0u < rows) { let row = first + 0u; setActivationsPack(a + 68u + row * activationStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setActivationsPack(a + 68u + row * activationStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setActivationsPack(a + 68u + row * activationStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setActivationsPack(a + 68u + row * activationStride + column, s3); }
  }
    storageBarrier();
    let keyPacks = (rows + packed - 1u) / packed;
    for (var item = lane; item < rows * heads * keyPacks; item += lanes) {
      let key = item % keyPacks * packed;
      let head = item / keyPacks % heads;
      let row = item / keyPacks / heads;
      if (key <= row) {
        let query = a + 68u + row * activationStride + head * headWidth;
        let others = a + 100u + head * headWidth;
        setActivationsPack(a + 164u + row * activationStride + head * keyStride + key,
          Pack(scoreOf(query, others, key + 0u, row), scoreOf(query, others, key + 1u, row), scoreOf(query, others, key + 2u, row), scoreOf(query, others, key + 3u, row)));
      }
    }
    storageBarrier();
    for (var item = lane; item < rows * heads; item += lanes) {
      let row = item / heads;
      let source = a + 164u + row * activationStride + item % heads * keyStride;
      var most = activationsAt(source);
      for (var key = 1u; key <= row; key++) { most = max(most, activationsAt(source + key)); }
      var sum = 0.0;
      for (var key = 0u; key <= row; key++) {
        let e = exp(activationsAt(source + key) - most);
        sum += e;
        setActivations(source + key, e);
      }
      for (var key = 0u; key <= row; key++) { setActivations(source + key, activationsAt(source + key) / sum); }
    }
    storageBarrier();
    for (var item = lane; item < rows * packs; item += lanes) {
      let row = item / packs;
      let i = item % packs * packed;
      let source = a + 164u + row * activationStride + i / headWidth * keyStride;
      var sum = Pack();
      for (var key = 0u; key <= row; key++) {
        sum += activationsAt(source + key) * activationsPack(a + 132u + key * activationStride + i);
      }
      setActivationsPack(a + 212u + row * activationStride + i, sum);
    }
    storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = w + 4384u + column;
    let left0 = a + 212u + min(first + 0u, rows - 1u) * activationStride;
    let left1 = a + 212u + min(first + 1u, rows - 1u) * activationStride;
    let left2 = a + 212u + min(first + 2u, rows - 1u) * activationStride;
    let left3 = a + 212u + min(first + 3u, rows - 1u) * activationStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + (k + 0u) * 32u);
      let b1 = parametersPack(right + (k + 1u) * 32u);
      let b2 = parametersPack(right + (k + 2u) * 32u);
      let b3 = parametersPack(right + (k + 3u) * 32u);
      let a0 = activationsPack(left0 + k);
      let a1 = activationsPack(left1 + k);
      let a2 = activationsPack(left2 + k);
      let a3 = activationsPack(left3 + k);
      s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
      s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
    }
    if (first + 0u < rows) { let row = first + 0u; setActivationsPack(a + 244u + row * activationStride + column,
        activationsPack(a + row * activationStride + column)
        + s0 * dropoutFactors(dropout, replica, 2u * layer, place, row, column)); }
    if (first + 1u < rows) { let row = first + 1u; setActivationsPack(a + 244u + row * activationStride + column,
        activationsPack(a + row * activationStride + column)
        + s1 * dropoutFactors(dropout, replica, 2u * layer, place, row, column)); }
    if (first + 2u < rows) { let row = first + 2u; setActivationsPack(a + 244u + row * activationStride + column,
        activationsPack(a + row * activationStride + column)
        + s2 * dropoutFactors(dropout, replica, 2u * layer, place, row, column)); }
    if (first + 3u < rows) { let row = first + 3u; setActivationsPack(a + 244u + row * activationStride + column,
        activationsPack(a + row * activationStride + column)
        + s3 * dropoutFactors(dropout, replica, 2u * layer, place, row, column)); }
  }
    storageBarrier();
    
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let x = activationsPack(a + 244u + row * activationStride + i);
      sum += inner(x, x);
    }
    setActivations(a + 276u + row * activationStride, inverseSqrt(sum / f32(width) + 1e-5));
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs * activationStride;
    let i = item % packs * packed;
    setActivationsPack(a + 280u + row + i,
      activationsPack(a + 244u + row + i) * activationsAt(a + 276u + row) * parametersPack(w + 5408u + i));
  }
  storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 32u; tile += lanes) {
    let first = tile / 32u * 4u;
    let column = tile % 32u * 4u;
    let right = w + 5440u + column;
    let left0 = a + 280u + min(first + 0u, rows - 1u) * activationStride;
    let left1 = a + 280u + min(first + 1u, rows - 1u) * activationStride;
    let left2 = a + 280u + min(first + 2u, rows - 1u) * activationStride;
    let left3 = a + 280u + min(first + 3u, rows - 1u) * activationStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + (k + 0u) * 128u);
      let b1 = parametersPack(right + (k + 1u) * 128u);
      let b2 = parametersPack(right + (k + 2u) * 128u);
      let b3 = parametersPack(right + (k + 3u) * 128u);
      let a0 = activationsPack(left0 + k);
      let a1 = activationsPack(left1 + k);
      let a2 = activationsPack(left2 + k);
      let a3 = activationsPack(left3 + k);
      s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
      s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
    }
    if (first + 0u < rows) { let row = first + 0u; setActivationsPack(a + 312u + row * activationStride + column, max(s0, Pack())); }
    if (first + 1u < rows) { let row = first + 1u; setActivationsPack(a + 312u + row * activationStride + column, max(s1, Pack())); }
    if (first + 2u < rows) { let row = first + 2u; setActivationsPack(a + 312u + row * activationStride + column, max(s2, Pack())); }
    if (first + 3u < rows) { let row = first + 3u; setActivationsPack(a + 312u + row * activationStride + column, max(s3, Pack())); }
  }
    storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = w + 9536u + column;
    let left0 = a + 312u + min(first + 0u, rows - 1u) * activationStride;
    let left1 = a + 312u + min(first + 1u, rows - 1u) * activationStride;
    let left2 = a + 312u + min(first + 2u, rows - 1u) * activationStride;
    let left3 = a + 312u + min(first + 3u, rows - 1u) * activationStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 128u; k += 4u) {
      let b0 = parametersPack(right + (k + 0u) * 32u);
      let b1 = parametersPack(right + (k + 1u) * 32u);
      let b2 = parametersPack(right + (k + 2u) * 32u);
      let b3 = parametersPack(right + (k + 3u) * 32u);
      let a0 = activationsPack(left0 + k);
      let a1 = activationsPack(left1 + k);
      let a2 = activationsPack(left2 + k);
      let a3 = activationsPack(left3 + k);
      s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
      s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
    }
    if (first + 0u < rows) { let row = first + 0u; setActivationsPack(next + row * activationStride + column,
        activationsPack(a + 244u + row * activationStride + column)
        + s0 * dropoutFactors(dropout, replica, 2u * layer + 1u, place, row, column)); }
    if (first + 1u < rows) { let row = first + 1u; setActivationsPack(next + row * activationStride + column,
        activationsPack(a + 244u + row * activationStride + column)
        + s1 * dropoutFactors(dropout, replica, 2u * layer + 1u, place, row, column)); }
    if (first + 2u < rows) { let row = first + 2u; setActivationsPack(next + row * activationStride + column,
        activationsPack(a + 244u + row * activationStride + column)
        + s2 * dropoutFactors(dropout, replica, 2u * layer + 1u, place, row, column)); }
    if (first + 3u < rows) { let row = first + 3u; setActivationsPack(next + row * activationStride + column,
        activationsPack(a + 244u + row * activationStride + column)
        + s3 * dropoutFactors(dropout, replica, 2u * layer + 1u, place, row, column)); }
  }
    storageBarrier();
  }
  
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let x = activationsPack(records + 880u + row * activationStride + i);
      sum += inner(x, x);
    }
    setActivations(records + 912u + row * activationStride, inverseSqrt(sum / f32(width) + 1e-5));
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs * activationStride;
    let i = item % packs * packed;
    setActivationsPack(records + 916u + row + i,
      activationsPack(records + 880u + row + i) * activationsAt(records + 912u + row) * parametersPack(weights + 25984u + i));
  }
  storageBarrier();
  
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 4u; tile += lanes) {
    let first = tile / 4u * 4u;
    let column = tile % 4u * 4u;
    let right = weights + 26016u + column;
    let left0 = records + 916u + min(first + 0u, rows - 1u) * activationStride;
    let left1 = records + 916u + min(first + 1u, rows - 1u) * activationStride;
    let left2 = records + 916u + min(first + 2u, rows - 1u) * activationStride;
    let left3 = records + 916u + min(first + 3u, rows - 1u) * activationStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + (k + 0u) * 16u);
      let b1 = parametersPack(right + (k + 1u) * 16u);
      let b2 = parametersPack(right + (k + 2u) * 16u);
      let b3 = parametersPack(right + (k + 3u) * 16u);
      let a0 = activationsPack(left0 + k);
      let a1 = activationsPack(left1 + k);
      let a2 = activationsPack(left2 + k);
      let a3 = activationsPack(left3 + k);
      s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
      s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
    }
    if (first + 0u < rows) { let row = first + 0u; setActivationsPack(records + 948u + row * activationStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setActivationsPack(records + 948u + row * activationStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setActivationsPack(records + 948u + row * activationStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setActivationsPack(records + 948u + row * activationStride + column, s3); }
  }
    storageBarrier();
}