struct Call {
  firstSequence: u32,
  sequences: u32,
  population: u32,
  promptLength: u32,
  responseLength: u32,
  prompts: u32,
  knobs: u32,
  filtered: u32,
  endOfSequence: u32,
  padding: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> cache: array<f32>;
@group(0) @binding(4) var<storage, read_write> sampled: array<u32>;
const lanes = 16u;


fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }

const width = 32u;
const vocabulary = 16u;
const headWidth = 16u;
const context = 24u;
var<workgroup> x: array<f32, 32>;
var<workgroup> normed: array<f32, 32>;
var<workgroup> qkv: array<f32, 96>;
var<workgroup> hidden: array<f32, 128>;
var<workgroup> probabilities: array<f32, 16>;
var<workgroup> kept: array<f32, 16>;
var<workgroup> nucleus: array<f32, 16>;
var<workgroup> partial: array<f32, lanes>;
var<workgroup> scores: array<f32, 48>;
var<workgroup> chosen: u32;

fn ranksAhead(other: u32, own: u32) -> bool {
  return probabilities[other] > probabilities[own] || (probabilities[other] == probabilities[own] && other < own);
}

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let cached = group.x * 3072u;
  let weights = replica * 26528u;
  let knobs = call.knobs + replica * 4u;
  let temperature = bitcast<f32>(inputs[knobs]);
  let topP = bitcast<f32>(inputs[knobs + 1u]);
  let topK = inputs[knobs + 2u];
  let responses = sequence * call.responseLength;
  let logProbs = call.population * call.responseLength + responses;
  let entropies = call.population * call.responseLength + logProbs;
  var token = inputs[call.prompts + sequence * call.promptLength];
  for (var position = 0u; position + 1u < call.promptLength + call.responseLength; position++) {
    for (var i = lane; i < width; i += lanes) {
      x[i] = parameters[weights + token * width + i]
        + parameters[weights + 512u + position * width + i];
    }
    workgroupBarrier();
    for (var layer = 0u; layer < 2u; layer++) {
      let w = weights + layer * 12352u;
      let keys = cached + layer * 1536u;
      let values = keys + 768u;
      
    for (var i = lane; i < width; i += lanes) {
      var sum = 0.0;
      for (var k = 0u; k < width; k++) { sum += x[k] * x[k]; }
      normed[i] = x[i] * inverseSqrt(sum / f32(width) + 1e-5) * parameters[w + 1280u + i];
    }
    workgroupBarrier();
      
    for (var column = lane; column < 24u; column += lanes) {
      let at0 = w + 1312u + min(column + 0u, 95u); let at1 = w + 1312u + min(column + 24u, 95u); let at2 = w + 1312u + min(column + 48u, 95u); let at3 = w + 1312u + min(column + 72u, 95u);
      var sum0 = 0.0; var sum1 = 0.0; var sum2 = 0.0; var sum3 = 0.0;
      for (var k = 0u; k < 32u; k++) {
        let value = normed[k];
        sum0 += value * parameters[at0 + k * 96u];
        sum1 += value * parameters[at1 + k * 96u];
        sum2 += value * parameters[at2 + k * 96u];
        sum3 += value * parameters[at3 + k * 96u];
      }
      qkv[column + 0u] = sum0;
      qkv[column + 24u] = sum1;
      qkv[column + 48u] = sum2;
      qkv[column + 72u] = sum3;
    }
    workgroupBarrier();
      for (var i = lane; i < width; i += lanes) {
        cache[keys + position * width + i] = qkv[width + i];
        cache[values + position * width + i] = qkv[2u * width + i];
      }
      storageBarrier();
      for (var item = lane; item < 2u * (position + 1u); item += lanes) {
        let head = item / (position + 1u);
        let key = item % (position + 1u);
        var sum = 0.0;
        for (var i = head * headWidth; i < (head + 1u) * headWidth; i++) {
          sum += qkv[i] * cache[keys + key * width + i];
        }
        scores[head * context + key] = sum * 0.25;
      }
      workgroupBarrier();
      for (var i = lane; i < width; i += lanes) {
        let head = i / headWidth * context;
        var most = scores[head];
        for (var key = 1u; key <= position; key++) { most = max(most, scores[head + key]); }
        var total = 0.0;
        var sum = 0.0;
        for (var key = 0u; key <= position; key++) {
          let e = exp(scores[head + key] - most);
          total += e;
          sum += e * cache[values + key * width + i];
        }
        normed[i] = sum / total;
      }
      workgroupBarrier();
      
    for (var column = lane; column < 16u; column += lanes) {
      let at0 = w + 4384u + min(column + 0u, 31u); let at1 = w + 4384u + min(column + 16u, 31u);
      var sum0 = 0.0; var sum1 = 0.0;
      for (var k = 0u; k < 32u; k++) {
        let value = normed[k];
        sum0 += value * parameters[at0 + k * 32u];
        sum1 += value * parameters[at1 + k * 32u];
      }
      x[column + 0u] += sum0;
      x[column + 16u] += sum1;
    }
    workgroupBarrier();
      
    for (var i = lane; i < width; i += lanes) {
      var sum = 0.0;
      for (var k = 0u; k < width; k++) { sum += x[k] * x[k]; }
      normed[i] = x[i] * inverseSqrt(sum / f32(width) + 1e-5) * parameters[w + 5408u + i];
    }
    workgroupBarrier();
      
    for (var column = lane; column < 32u; column += lanes) {
      let at0 = w + 5440u + min(column + 0u, 127u); let at1 = w + 5440u + min(column + 32u, 127u); let at2 = w + 5440u + min(column + 64u, 127u); let at3 = w + 5440u + min(column + 96u, 127u);
      var sum0 = 0.0; var sum1 = 0.0; var sum2 = 0.0; var sum3 = 0.0;
      for (var k = 0u; k < 32u; k++) {
        let value = normed[k];
        sum0 += value * parameters[at0 + k * 128u];
        sum1 += value * parameters[at1 + k * 128u];
        sum2 += value * parameters[at2 + k * 128u];
        sum3 += value * parameters[at3 + k * 128u];
      }
      hidden[column + 0u] = max(sum0, 0);
      hidden[column + 32u] = max(sum1, 0);
      hidden[column + 64u] = max(sum2, 0);
      hidden[column + 96u] = max(sum3, 0);
    }
    workgroupBarrier();
      
    for (var column = lane; column < 16u; column += lanes) {
      let at0 = w + 9536u + min(column + 0u, 31u); let at1 = w + 9536u + min(column + 16u, 31u);
      var sum0 = 0.0; var sum1 = 0.0;
      for (var k = 0u; k < 128u; k++) {
        let value = hidden[k];
        sum0 += value * parameters[at0 + k * 32u];
        sum1 += value * parameters[at1 + k * 32u];
      }
      x[column + 0u] += sum0;
      x[column + 16u] += sum1;
    }
    workgroupBarrier();
    }
    if (position + 1u < call.promptLength) {
      token = inputs[call.prompts + sequence * call.promptLength + position + 1u];
      continue;
    }
    
    for (var i = lane; i < width; i += lanes) {
      var sum = 0.0;
      for (var k = 0u; k < width; k++) { sum += x[k] * x[k]; }
      normed[i] = x[i] * inverseSqrt(sum / f32(width) + 1e-5) * parameters[weights + 25984u + i];
    }
    workgroupBarrier();
    
    for (var column = lane; column < 16u; column += lanes) {
      let at0 = weights + 26016u + min(column + 0u, 15u);
      var sum0 = 0.0;
      for (var k = 0u; k < 32u; k++) {
        let value = normed[k];
        sum0 += value * parameters[at0 + k * 16u];
      }
      probabilities[column + 0u] = sum0;
    }
    workgroupBarrier();
    if (lane == 0u) {
      var most = probabilities[0];
      for (var i = 1u; i < vocabulary; i++) { most = max(most, probabilities[i]); }
      var total = 0.0;
      for (var i = 0u; i < vocabulary; i++) {
        probabilities[i] = exp((probabilities[i] - most) / temperature);
        total += probabilities[i];
      }
      for (var i = 0u; i < vocabulary; i++) { probabilities[i] /= total; }
    }
    workgroupBarrier();
    if (call.filtered == 1u) {
      for (var i = lane; i < vocabulary; i += lanes) {
        var rank = 0u;
        for (var other = 0u; other < vocabulary; other++) { rank += u32(ranksAhead(other, i)); }
        kept[i] = select(0, probabilities[i], topK == 0u || rank < topK);
      }
      workgroupBarrier();
      var total = 0.0;
      for (var i = 0u; i < vocabulary; i++) { total += kept[i]; }
      for (var i = lane; i < vocabulary; i += lanes) {
        var ahead = 0.0;
        for (var other = 0u; other < vocabulary; other++) {
          ahead += select(0, kept[other] / total, ranksAhead(other, i));
        }
        nucleus[i] = select(0, kept[i] / total, ahead < topP);
      }
      workgroupBarrier();
      for (var i = lane; i < vocabulary; i += lanes) { probabilities[i] = nucleus[i]; }
      workgroupBarrier();
    }
    if (lane == 0u) {
      let step = position + 1u - call.promptLength;
      var total = 0.0;
      for (var i = 0u; i < vocabulary; i++) { total += probabilities[i]; }
      let draw = f32(randomAt(inputs[knobs + 3u], place * call.responseLength + step) >> 8u) / 16777216.0 * total;
      var cumulative = 0.0;
      var count = 0u;
      var entropy = 0.0;
      for (var i = 0u; i < vocabulary; i++) {
        let p = probabilities[i] / total;
        entropy -= p * log(max(p, 1e-30));
        cumulative += probabilities[i];
        count += u32(cumulative <= draw);
      }
      chosen = min(count, vocabulary - 1u);
      sampled[responses + step] = chosen;
      sampled[logProbs + step] = bitcast<u32>(log(max(probabilities[chosen] / total, 1e-30)));
      sampled[entropies + step] = bitcast<u32>(entropy);
    }
    token = workgroupUniformLoad(&chosen);
    if (token == call.endOfSequence) {
      for (var step = position + 2u - call.promptLength + lane; step < call.responseLength; step += lanes) {
        sampled[responses + step] = call.padding;
        sampled[logProbs + step] = 0;
        sampled[entropies + step] = 0;
      }
      return;
    }
  }
}