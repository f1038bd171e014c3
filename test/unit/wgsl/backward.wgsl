struct Call {
  firstSequence: u32,
  firstRow: u32,
  sequences: u32,
  starts: u32,
  tokens: u32,
  dropout: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> activations: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradients: array<vec4f>;
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

fn gradientsAt(i: u32) -> f32 { return gradients[i >> 2u][i & 3u]; }
fn gradientsPack(i: u32) -> Pack { return gradients[i >> 2u]; }
fn setGradients(i: u32, value: f32) { gradients[i >> 2u][i & 3u] = value; }
fn setGradientsPack(i: u32, value: Pack) { gradients[i >> 2u] = value; }
// The gradient of a score: p · (dp − Σ p · dp), where Σ p · dp = mixed · its gradient, a head.
fn slopeOf(upstream: u32, mixed: u32, values: u32, probabilities: u32, key: u32, row: u32) -> f32 {
  if (key > row) { return 0; }
  var sum = 0.0;
  for (var i = 0u; i < headWidth; i += packed) {
    let change = activationsPack(values + key * activationStride + i) - activationsPack(mixed + i);
    sum += inner(gradientsPack(upstream + i), change);
  }
  return activationsAt(probabilities + key) * sum * scoreScale;
}

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let start = inputs[call.starts + sequence];
  let rows = inputs[call.starts + sequence + 1u] - start;
  let weights = replica * parameterCount;
  let records = (start - call.firstRow) * activationStride;
  let grads = (start - call.firstRow) * gradientStride;
  
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = weights + 26016u + column * 16u;
    let left0 = grads + 704u + min(first + 0u, rows - 1u) * gradientStride;
    let left1 = grads + 704u + min(first + 1u, rows - 1u) * gradientStride;
    let left2 = grads + 704u + min(first + 2u, rows - 1u) * gradientStride;
    let left3 = grads + 704u + min(first + 3u, rows - 1u) * gradientStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 16u; k += 4u) {
      let b0 = parametersPack(right + 0u + k);
      let b1 = parametersPack(right + 16u + k);
      let b2 = parametersPack(right + 32u + k);
      let b3 = parametersPack(right + 48u + k);
      let a0 = gradientsPack(left0 + k);
      let a1 = gradientsPack(left1 + k);
      let a2 = gradientsPack(left2 + k);
      let a3 = gradientsPack(left3 + k);
      s0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      s1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      s2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      s3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
    if (first + 0u < rows) { let row = first + 0u; setGradientsPack(grads + 720u + row * gradientStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setGradientsPack(grads + 720u + row * gradientStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setGradientsPack(grads + 720u + row * gradientStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setGradientsPack(grads + 720u + row * gradientStride + column, s3); }
  }
    storageBarrier();
  
  for (var row = lane; row < rows; row += lanes) {
    let source = row * activationStride;
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let scaled = gradientsPack(grads + 720u + row * gradientStride + i) * parametersPack(weights + 25984u + i);
      sum += inner(scaled, activationsPack(records + 880u + source + i));
    }
    let scale = activationsAt(records + 912u + source);
    setGradients(grads + 864u + row * gradientStride, sum / f32(width) * scale * scale);
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    let to = row * gradientStride + i;
    let source = row * activationStride;
    let own = activationsAt(records + 912u + source) *
      (gradientsPack(grads + 720u + to) * parametersPack(weights + 25984u + i)
        - activationsPack(records + 880u + source + i) * gradientsAt(grads + 864u + row * gradientStride));
    let residual = grads + 752u + to;
    setGradientsPack(residual, own);
  }
  storageBarrier();
  for (var below = layers; below > 0u; below--) {
    let layer = below - 1u;
    let a = records + layer * 440u;
    let g = grads + layer * 352u;
    let w = weights + layer * 12352u;
    
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    setGradientsPack(g + 256u + row * gradientStride + i,
      gradientsPack(grads + 752u + row * gradientStride + i)
        * dropoutFactors(call.dropout, replica, 2u * layer + 1u, place, row, i));
  }
  storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 32u; tile += lanes) {
    let first = tile / 32u * 4u;
    let column = tile % 32u * 4u;
    let right = w + 9536u + column * 32u;
    let left0 = g + 256u + min(first + 0u, rows - 1u) * gradientStride;
    let left1 = g + 256u + min(first + 1u, rows - 1u) * gradientStride;
    let left2 = g + 256u + min(first + 2u, rows - 1u) * gradientStride;
    let left3 = g + 256u + min(first + 3u, rows - 1u) * gradientStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + 0u + k);
      let b1 = parametersPack(right + 32u + k);
      let b2 = parametersPack(right + 64u + k);
      let b3 = parametersPack(right + 96u + k);
      let a0 = gradientsPack(left0 + k);
      let a1 = gradientsPack(left1 + k);
      let a2 = gradientsPack(left2 + k);
      let a3 = gradientsPack(left3 + k);
      s0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      s1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      s2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      s3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
    if (first + 0u < rows) { let row = first + 0u; setGradientsPack(g + 128u + row * gradientStride + column, select(Pack(), s0, activationsPack(a + 312u + row * activationStride + column) > Pack())); }
    if (first + 1u < rows) { let row = first + 1u; setGradientsPack(g + 128u + row * gradientStride + column, select(Pack(), s1, activationsPack(a + 312u + row * activationStride + column) > Pack())); }
    if (first + 2u < rows) { let row = first + 2u; setGradientsPack(g + 128u + row * gradientStride + column, select(Pack(), s2, activationsPack(a + 312u + row * activationStride + column) > Pack())); }
    if (first + 3u < rows) { let row = first + 3u; setGradientsPack(g + 128u + row * gradientStride + column, select(Pack(), s3, activationsPack(a + 312u + row * activationStride + column) > Pack())); }
  }
    storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = w + 5440u + column * 128u;
    let left0 = g + 128u + min(first + 0u, rows - 1u) * gradientStride;
    let left1 = g + 128u + min(first + 1u, rows - 1u) * gradientStride;
    let left2 = g + 128u + min(first + 2u, rows - 1u) * gradientStride;
    let left3 = g + 128u + min(first + 3u, rows - 1u) * gradientStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 128u; k += 4u) {
      let b0 = parametersPack(right + 0u + k);
      let b1 = parametersPack(right + 128u + k);
      let b2 = parametersPack(right + 256u + k);
      let b3 = parametersPack(right + 384u + k);
      let a0 = gradientsPack(left0 + k);
      let a1 = gradientsPack(left1 + k);
      let a2 = gradientsPack(left2 + k);
      let a3 = gradientsPack(left3 + k);
      s0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      s1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      s2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      s3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
    if (first + 0u < rows) { let row = first + 0u; setGradientsPack(g + 320u + row * gradientStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setGradientsPack(g + 320u + row * gradientStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setGradientsPack(g + 320u + row * gradientStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setGradientsPack(g + 320u + row * gradientStride + column, s3); }
  }
    storageBarrier();
    
  for (var row = lane; row < rows; row += lanes) {
    let source = row * activationStride;
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let scaled = gradientsPack(g + 320u + row * gradientStride + i) * parametersPack(w + 5408u + i);
      sum += inner(scaled, activationsPack(a + 244u + source + i));
    }
    let scale = activationsAt(a + 276u + source);
    setGradients(grads + 864u + row * gradientStride, sum / f32(width) * scale * scale);
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    let to = row * gradientStride + i;
    let source = row * activationStride;
    let own = activationsAt(a + 276u + source) *
      (gradientsPack(g + 320u + to) * parametersPack(w + 5408u + i)
        - activationsPack(a + 244u + source + i) * gradientsAt(grads + 864u + row * gradientStride));
    let residual = grads + 752u + to;
    setGradientsPack(residual, gradientsPack(residual) + own);
  }
  storageBarrier();
    
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    setGradientsPack(g + 96u + row * gradientStride + i,
      gradientsPack(grads + 752u + row * gradientStride + i)
        * dropoutFactors(call.dropout, replica, 2u * layer, place, row, i));
  }
  storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = w + 4384u + column * 32u;
    let left0 = g + 96u + min(first + 0u, rows - 1u) * gradientStride;
    let left1 = g + 96u + min(first + 1u, rows - 1u) * gradientStride;
    let left2 = g + 96u + min(first + 2u, rows - 1u) * gradientStride;
    let left3 = g + 96u + min(first + 3u, rows - 1u) * gradientStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 32u; k += 4u) {
      let b0 = parametersPack(right + 0u + k);
      let b1 = parametersPack(right + 32u + k);
      let b2 = parametersPack(right + 64u + k);
      let b3 = parametersPack(right + 96u + k);
      let a0 = gradientsPack(left0 + k);
      let a1 = gradientsPack(left1 + k);
      let a2 = gradientsPack(left2 + k);
      let a3 = gradientsPack(left3 + k);
      s0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      s1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      s2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      s3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
    if (first + 0u < rows) { let row = first + 0u; setGradientsPack(grads + 784u + row * gradientStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setGradientsPack(grads + 784u + row * gradientStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setGradientsPack(grads + 784u + row * gradientStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setGradientsPack(grads + 784u + row * gradientStride + column, s3); }
  }
    storageBarrier();
    let keyPacks = (rows + packed - 1u) / packed;
    for (var item = lane; item < rows * heads * keyPacks; item += lanes) {
      let key = item % keyPacks * packed;
      let head = item / keyPacks % heads;
      let row = item / keyPacks / heads;
      if (key <= row) {
        let upstream = grads + 784u + row * gradientStride + head * headWidth;
        let mixed = a + 212u + row * activationStride + head * headWidth;
        let values = a + 132u + head * headWidth;
        let probabilities = a + 164u + row * activationStride + head * keyStride;
        setGradientsPack(grads + 816u + row * gradientStride + head * keyStride + key,
          Pack(slopeOf(upstream, mixed, values, probabilities, key + 0u, row), slopeOf(upstream, mixed, values, probabilities, key + 1u, row), slopeOf(upstream, mixed, values, probabilities, key + 2u, row), slopeOf(upstream, mixed, values, probabilities, key + 3u, row)));
      }
    }
    storageBarrier();
    for (var item = lane; item < rows * packs; item += lanes) {
      let row = item / packs;
      let i = item % packs * packed;
      let head = i / headWidth * keyStride;
      var query = Pack();
      for (var key = 0u; key <= row; key++) {
        query += gradientsAt(grads + 816u + row * gradientStride + head + key)
          * activationsPack(a + 100u + key * activationStride + i);
      }
      var key = Pack();
      var value = Pack();
      for (var other = row; other < rows; other++) {
        key += gradientsAt(grads + 816u + other * gradientStride + head + row)
          * activationsPack(a + 68u + other * activationStride + i);
        value += activationsAt(a + 164u + other * activationStride + head + row)
          * gradientsPack(grads + 784u + other * gradientStride + i);
      }
      let to = g + 0u + row * gradientStride + i;
      setGradientsPack(to, query);
      setGradientsPack(to + width, key);
      setGradientsPack(to + 2u * width, value);
    }
    storageBarrier();
    
    
  for (var tile = lane; tile < (rows + 3u) / 4u * 8u; tile += lanes) {
    let first = tile / 8u * 4u;
    let column = tile % 8u * 4u;
    let right = w + 1312u + column * 96u;
    let left0 = g + 0u + min(first + 0u, rows - 1u) * gradientStride;
    let left1 = g + 0u + min(first + 1u, rows - 1u) * gradientStride;
    let left2 = g + 0u + min(first + 2u, rows - 1u) * gradientStride;
    let left3 = g + 0u + min(first + 3u, rows - 1u) * gradientStride;
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    for (var k = 0u; k < 96u; k += 4u) {
      let b0 = parametersPack(right + 0u + k);
      let b1 = parametersPack(right + 96u + k);
      let b2 = parametersPack(right + 192u + k);
      let b3 = parametersPack(right + 288u + k);
      let a0 = gradientsPack(left0 + k);
      let a1 = gradientsPack(left1 + k);
      let a2 = gradientsPack(left2 + k);
      let a3 = gradientsPack(left3 + k);
      s0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      s1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      s2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      s3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
    if (first + 0u < rows) { let row = first + 0u; setGradientsPack(g + 288u + row * gradientStride + column, s0); }
    if (first + 1u < rows) { let row = first + 1u; setGradientsPack(g + 288u + row * gradientStride + column, s1); }
    if (first + 2u < rows) { let row = first + 2u; setGradientsPack(g + 288u + row * gradientStride + column, s2); }
    if (first + 3u < rows) { let row = first + 3u; setGradientsPack(g + 288u + row * gradientStride + column, s3); }
  }
    storageBarrier();
    
  for (var row = lane; row < rows; row += lanes) {
    let source = row * activationStride;
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let scaled = gradientsPack(g + 288u + row * gradientStride + i) * parametersPack(w + 1280u + i);
      sum += inner(scaled, activationsPack(a + source + i));
    }
    let scale = activationsAt(a + 32u + source);
    setGradients(grads + 864u + row * gradientStride, sum / f32(width) * scale * scale);
  }
  storageBarrier();
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    let to = row * gradientStride + i;
    let source = row * activationStride;
    let own = activationsAt(a + 32u + source) *
      (gradientsPack(g + 288u + to) * parametersPack(w + 1280u + i)
        - activationsPack(a + source + i) * gradientsAt(grads + 864u + row * gradientStride));
    let residual = grads + 752u + to;
    setGradientsPack(residual, gradientsPack(residual) + own);
  }
  storageBarrier();
  }
}