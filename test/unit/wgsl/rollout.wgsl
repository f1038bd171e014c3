struct Call {
  firstGroup: u32,
  groupSize: u32,
  team: u32,
  sharedPrompt: u32,
  sequences: u32,
  population: u32,
  promptLength: u32,
  responseLength: u32,
  prompts: u32,
  knobs: u32,
  endOfSequence: u32,
  padding: u32,
}
@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> cache: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sampled: array<u32>;
const lanes = 16u;


fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }


struct SamplingKnobs {
  temperature: f32,
  topP: f32,
  topK: u32,
  key: u32,
}
fn readSamplingKnobs(first: u32, i: u32) -> SamplingKnobs {
  let at = first + i * 4u;
  return SamplingKnobs(bitcast<f32>(inputs[at + 0u]), bitcast<f32>(inputs[at + 1u]), inputs[at + 2u], inputs[at + 3u]);
}

alias Pack = vec4f;
fn total(x: Pack) -> f32 { return x.x + x.y + x.z + x.w; }
fn inner(x: Pack, y: Pack) -> f32 { return dot(x, y); }
const packed = 4u;
const packs = 8u;
const width = 32u;
const heads = 2u;
const vocabulary = 16u;
const headWidth = 16u;
const context = 24u;

fn parametersAt(i: u32) -> f32 { return parameters[i >> 2u][i & 3u]; }
fn parametersPack(i: u32) -> Pack { return parameters[i >> 2u]; }

fn cacheAt(i: u32) -> f32 { return cache[i >> 2u][i & 3u]; }
fn cachePack(i: u32) -> Pack { return cache[i >> 2u]; }
fn setCache(i: u32, value: f32) { cache[i >> 2u][i & 3u] = value; }
fn setCachePack(i: u32, value: Pack) { cache[i >> 2u] = value; }
var<workgroup> x: array<f32, 128>;
fn xAt(i: u32) -> f32 { return x[i]; }
fn xPack(i: u32) -> Pack { return Pack(x[i + 0u], x[i + 1u], x[i + 2u], x[i + 3u]); }
fn setX(i: u32, value: f32) { x[i] = value; }
fn setXPack(i: u32, value: Pack) { x[i + 0u] = value[0]; x[i + 1u] = value[1]; x[i + 2u] = value[2]; x[i + 3u] = value[3]; }
var<workgroup> normed: array<f32, 128>;
fn normedAt(i: u32) -> f32 { return normed[i]; }
fn normedPack(i: u32) -> Pack { return Pack(normed[i + 0u], normed[i + 1u], normed[i + 2u], normed[i + 3u]); }
fn setNormed(i: u32, value: f32) { normed[i] = value; }
fn setNormedPack(i: u32, value: Pack) { normed[i + 0u] = value[0]; normed[i + 1u] = value[1]; normed[i + 2u] = value[2]; normed[i + 3u] = value[3]; }
var<workgroup> qkv: array<f32, 384>;
fn qkvAt(i: u32) -> f32 { return qkv[i]; }
fn qkvPack(i: u32) -> Pack { return Pack(qkv[i + 0u], qkv[i + 1u], qkv[i + 2u], qkv[i + 3u]); }
fn setQkv(i: u32, value: f32) { qkv[i] = value; }
fn setQkvPack(i: u32, value: Pack) { qkv[i + 0u] = value[0]; qkv[i + 1u] = value[1]; qkv[i + 2u] = value[2]; qkv[i + 3u] = value[3]; }
var<workgroup> hidden: array<f32, 512>;
fn hiddenAt(i: u32) -> f32 { return hidden[i]; }
fn hiddenPack(i: u32) -> Pack { return Pack(hidden[i + 0u], hidden[i + 1u], hidden[i + 2u], hidden[i + 3u]); }
fn setHidden(i: u32, value: f32) { hidden[i] = value; }
fn setHiddenPack(i: u32, value: Pack) { hidden[i + 0u] = value[0]; hidden[i + 1u] = value[1]; hidden[i + 2u] = value[2]; hidden[i + 3u] = value[3]; }
// A member's logits, less their maximum, by the temperature; e to their power; of those, what the filters keep.
var<workgroup> logits: array<f32, 64>;
var<workgroup> odds: array<f32, 64>;
var<workgroup> kept: array<f32, 64>;
var<workgroup> nucleus: array<f32, 64>;
var<workgroup> scores: array<f32, 192>;
var<workgroup> chosen: array<u32, 4>;
// Tokens of each response; how many go on.
var<workgroup> lengths: array<u32, 4>;
var<workgroup> running: u32;

fn ranksAhead(other: u32, own: u32) -> bool {
  return odds[other] > odds[own] || (odds[other] == odds[own] && other < own);
}

@compute @workgroup_size(lanes) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = group.x * call.team;
  let size = min(call.team, call.groupSize - begin);
  let first = (call.firstGroup + group.y) * call.groupSize + begin;
  let replica = first / call.sequences;
  let cached = (group.y * ((call.groupSize + call.team - 1u) / call.team) + group.x) * 12288u;
  let weights = replica * 26528u;
  let knobs = readSamplingKnobs(call.knobs, replica);
  let temperature = knobs.temperature;
  let topP = knobs.topP;
  let topK = knobs.topK;
  let alone = call.sharedPrompt == 1u;
  for (var position = 0u; position + 1u < call.promptLength + call.responseLength; position++) {
    let reads = position < call.promptLength;
    let members = select(size, 1u, reads && alone);
    for (var item = lane; item < members * packs; item += lanes) {
      let row = item / packs;
      let i = item % packs * packed;
      var token = chosen[row];
      if (reads) { token = inputs[call.prompts + (first + row) * call.promptLength + position]; }
      setXPack(row * width + i, parametersPack(weights + token * width + i)
        + parametersPack(weights + 512u + position * width + i));
    }
    workgroupBarrier();
    for (var layer = 0u; layer < 2u; layer++) {
      let w = weights + layer * 12352u;
      let keys = cached + layer * 1536u;
      let values = keys + 768u;
      
    for (var item = lane; item < members * packs; item += lanes) {
      let row = item / packs * width;
      let i = item % packs * packed;
      var sum = 0.0;
      for (var k = 0u; k < width; k += packed) { sum += inner(xPack(row + k), xPack(row + k)); }
      setNormedPack(row + i, xPack(row + i) * inverseSqrt(sum / f32(width) + 1e-5) * parametersPack(w + 1280u + i));
    }
    workgroupBarrier();
      
    for (var item = lane; item < (members + 1u) / 2u * 24u; item += lanes) {
      let column = item % 24u * 4u;
      let member = item / 24u * 2u;
      let at = w + 1312u + column;
      var s0 = vec4f(); var s1 = vec4f();
      for (var k = 0u; k < 32u; k += 4u) {
        let b0 = parametersPack(at + (k + 0u) * 96u);
        let b1 = parametersPack(at + (k + 1u) * 96u);
        let b2 = parametersPack(at + (k + 2u) * 96u);
        let b3 = parametersPack(at + (k + 3u) * 96u);
        let a0 = normedPack(min(member + 0u, 3u) * 32u + k); s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
        let a1 = normedPack(min(member + 1u, 3u) * 32u + k); s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      }
      if (member + 0u < members) { let row = member + 0u; setQkvPack(row * 96u + column, s0); }
      if (member + 1u < members) { let row = member + 1u; setQkvPack(row * 96u + column, s1); }
    }
    workgroupBarrier();
      for (var item = lane; item < members * packs; item += lanes) {
        let row = item / packs;
        let i = item % packs * packed;
        let to = row * 3072u + position * width + i;
        setCachePack(keys + to, qkvPack(row * 96u + width + i));
        setCachePack(values + to, qkvPack(row * 96u + 64u + i));
      }
      storageBarrier();
      for (var item = lane; item < members * heads * (position + 1u); item += lanes) {
        let key = item % (position + 1u);
        let head = item / (position + 1u) % heads;
        let row = item / (position + 1u) / heads;
        let owner = select(row, 0u, alone && key < call.promptLength);
        let source = keys + owner * 3072u + key * width + head * headWidth;
        let query = row * 96u + head * headWidth;
        var sum = Pack();
        for (var i = 0u; i < headWidth; i += packed) { sum += qkvPack(query + i) * cachePack(source + i); }
        scores[(row * heads + head) * context + key] = total(sum) * 0.25;
      }
      workgroupBarrier();
      for (var item = lane; item < members * heads; item += lanes) {
        let at = item * context;
        var most = scores[at];
        for (var key = 1u; key <= position; key++) { most = max(most, scores[at + key]); }
        var sum = 0.0;
        for (var key = 0u; key <= position; key++) {
          let e = exp(scores[at + key] - most);
          sum += e;
          scores[at + key] = e;
        }
        for (var key = 0u; key <= position; key++) { scores[at + key] = scores[at + key] / sum; }
      }
      workgroupBarrier();
      for (var item = lane; item < members * packs; item += lanes) {
        let row = item / packs;
        let i = item % packs * packed;
        let at = (row * heads + i / headWidth) * context;
        var sum = Pack();
        for (var key = 0u; key <= position; key++) {
          let owner = select(row, 0u, alone && key < call.promptLength);
          sum += scores[at + key] * cachePack(values + owner * 3072u + key * width + i);
        }
        setNormedPack(row * width + i, sum);
      }
      workgroupBarrier();
      
    for (var item = lane; item < (members + 1u) / 2u * 8u; item += lanes) {
      let column = item % 8u * 4u;
      let member = item / 8u * 2u;
      let at = w + 4384u + column;
      var s0 = vec4f(); var s1 = vec4f();
      for (var k = 0u; k < 32u; k += 4u) {
        let b0 = parametersPack(at + (k + 0u) * 32u);
        let b1 = parametersPack(at + (k + 1u) * 32u);
        let b2 = parametersPack(at + (k + 2u) * 32u);
        let b3 = parametersPack(at + (k + 3u) * 32u);
        let a0 = normedPack(min(member + 0u, 3u) * 32u + k); s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
        let a1 = normedPack(min(member + 1u, 3u) * 32u + k); s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      }
      if (member + 0u < members) { let row = member + 0u; setXPack(row * 32u + column, xPack(row * 32u + column) + s0); }
      if (member + 1u < members) { let row = member + 1u; setXPack(row * 32u + column, xPack(row * 32u + column) + s1); }
    }
    workgroupBarrier();
      
    for (var item = lane; item < members * packs; item += lanes) {
      let row = item / packs * width;
      let i = item % packs * packed;
      var sum = 0.0;
      for (var k = 0u; k < width; k += packed) { sum += inner(xPack(row + k), xPack(row + k)); }
      setNormedPack(row + i, xPack(row + i) * inverseSqrt(sum / f32(width) + 1e-5) * parametersPack(w + 5408u + i));
    }
    workgroupBarrier();
      
    for (var item = lane; item < (members + 3u) / 4u * 32u; item += lanes) {
      let column = item % 32u * 4u;
      let member = item / 32u * 4u;
      let at = w + 5440u + column;
      var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
      for (var k = 0u; k < 32u; k += 4u) {
        let b0 = parametersPack(at + (k + 0u) * 128u);
        let b1 = parametersPack(at + (k + 1u) * 128u);
        let b2 = parametersPack(at + (k + 2u) * 128u);
        let b3 = parametersPack(at + (k + 3u) * 128u);
        let a0 = normedPack(min(member + 0u, 3u) * 32u + k); s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
        let a1 = normedPack(min(member + 1u, 3u) * 32u + k); s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
        let a2 = normedPack(min(member + 2u, 3u) * 32u + k); s2 += a2[0] * b0 + a2[1] * b1 + a2[2] * b2 + a2[3] * b3;
        let a3 = normedPack(min(member + 3u, 3u) * 32u + k); s3 += a3[0] * b0 + a3[1] * b1 + a3[2] * b2 + a3[3] * b3;
      }
      if (member + 0u < members) { let row = member + 0u; setHiddenPack(row * 128u + column, max(s0, vec4f())); }
      if (member + 1u < members) { let row = member + 1u; setHiddenPack(row * 128u + column, max(s1, vec4f())); }
      if (member + 2u < members) { let row = member + 2u; setHiddenPack(row * 128u + column, max(s2, vec4f())); }
      if (member + 3u < members) { let row = member + 3u; setHiddenPack(row * 128u + column, max(s3, vec4f())); }
    }
    workgroupBarrier();
      
    for (var item = lane; item < (members + 1u) / 2u * 8u; item += lanes) {
      let column = item % 8u * 4u;
      let member = item / 8u * 2u;
      let at = w + 9536u + column;
      var s0 = vec4f(); var s1 = vec4f();
      for (var k = 0u; k < 128u; k += 4u) {
        let b0 = parametersPack(at + (k + 0u) * 32u);
        let b1 = parametersPack(at + (k + 1u) * 32u);
        let b2 = parametersPack(at + (k + 2u) * 32u);
        let b3 = parametersPack(at + (k + 3u) * 32u);
        let a0 = hiddenPack(min(member + 0u, 3u) * 128u + k); s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
        let a1 = hiddenPack(min(member + 1u, 3u) * 128u + k); s1 += a1[0] * b0 + a1[1] * b1 + a1[2] * b2 + a1[3] * b3;
      }
      if (member + 0u < members) { let row = member + 0u; setXPack(row * 32u + column, xPack(row * 32u + column) + s0); }
      if (member + 1u < members) { let row = member + 1u; setXPack(row * 32u + column, xPack(row * 32u + column) + s1); }
    }
    workgroupBarrier();
    }
    if (position + 1u < call.promptLength) { continue; }
    
    for (var item = lane; item < members * packs; item += lanes) {
      let row = item / packs * width;
      let i = item % packs * packed;
      var sum = 0.0;
      for (var k = 0u; k < width; k += packed) { sum += inner(xPack(row + k), xPack(row + k)); }
      setNormedPack(row + i, xPack(row + i) * inverseSqrt(sum / f32(width) + 1e-5) * parametersPack(weights + 25984u + i));
    }
    workgroupBarrier();
    
    for (var item = lane; item < (members + 0u) / 1u * 4u; item += lanes) {
      let column = item % 4u * 4u;
      let member = item / 4u * 1u;
      let at = weights + 26016u + column;
      var s0 = vec4f();
      for (var k = 0u; k < 32u; k += 4u) {
        let b0 = parametersPack(at + (k + 0u) * 16u);
        let b1 = parametersPack(at + (k + 1u) * 16u);
        let b2 = parametersPack(at + (k + 2u) * 16u);
        let b3 = parametersPack(at + (k + 3u) * 16u);
        let a0 = normedPack(min(member + 0u, 3u) * 32u + k); s0 += a0[0] * b0 + a0[1] * b1 + a0[2] * b2 + a0[3] * b3;
      }
      if (member + 0u < members) { let row = member + 0u; logits[row * vocabulary + column + 0u] = s0[0]; logits[row * vocabulary + column + 1u] = s0[1]; logits[row * vocabulary + column + 2u] = s0[2]; logits[row * vocabulary + column + 3u] = s0[3]; }
    }
    workgroupBarrier();
    // After a prompt that one member has read for all, its logits are everybody's.
    for (var item = lane; item < size * vocabulary; item += lanes) {
      let source = min(item / vocabulary, members - 1u) * vocabulary;
      var most = logits[source];
      for (var i = 1u; i < vocabulary; i++) { most = max(most, logits[source + i]); }
      kept[item] = (logits[source + item % vocabulary] - most) / temperature;
    }
    workgroupBarrier();
    for (var item = lane; item < size * vocabulary; item += lanes) {
      logits[item] = kept[item];
      odds[item] = exp(kept[item]);
    }
    workgroupBarrier();
    if (topK != 0u || topP != 1) {
      for (var item = lane; item < size * vocabulary; item += lanes) {
        let own = item / vocabulary * vocabulary;
        var rank = 0u;
        for (var other = own; other < own + vocabulary; other++) { rank += u32(ranksAhead(other, item)); }
        kept[item] = select(0, odds[item], topK == 0u || rank < topK);
      }
      workgroupBarrier();
      for (var item = lane; item < size * vocabulary; item += lanes) {
        let own = item / vocabulary * vocabulary;
        var sum = 0.0;
        var ahead = 0.0;
        for (var other = own; other < own + vocabulary; other++) {
          sum += kept[other];
          ahead += select(0, kept[other], ranksAhead(other, item));
        }
        nucleus[item] = select(0, kept[item], ahead / sum < topP);
      }
      workgroupBarrier();
      for (var item = lane; item < size * vocabulary; item += lanes) { odds[item] = nucleus[item]; }
      workgroupBarrier();
    }
    let time = position + 1u - call.promptLength;
    if (lane < size && (time == 0u || (lengths[lane] == time && chosen[lane] != call.endOfSequence))) {
      let own = lane * vocabulary;
      var sum = 0.0;
      // Σ e^z · z: the entropy is log Σ e^z less its share of Σ e^z.
      var weighted = 0.0;
      for (var i = own; i < own + vocabulary; i++) {
        sum += odds[i];
        weighted += odds[i] * logits[i];
      }
      let sequence = first + lane;
      let place = sequence % call.sequences;
      let draw = f32(randomAt(knobs.key, place * call.responseLength + time) >> 8u) / 16777216.0 * sum;
      var cumulative = 0.0;
      var count = 0u;
      for (var i = own; i < own + vocabulary; i++) {
        cumulative += odds[i];
        count += u32(cumulative <= draw);
      }
      let token = min(count, vocabulary - 1u);
      let at = sequence * call.responseLength + time;
      let all = call.population * call.responseLength;
      sampled[at] = token;
      sampled[all + at] = bitcast<u32>(logits[own + token] - log(sum));
      sampled[2u * all + at] = bitcast<u32>(log(sum) - weighted / sum);
      chosen[lane] = token;
      lengths[lane] = time + 1u;
    }
    workgroupBarrier();
    if (lane == 0u) {
      running = 0u;
      for (var i = 0u; i < size; i++) { running += u32(lengths[i] == time + 1u && chosen[i] != call.endOfSequence); }
    }
    if (workgroupUniformLoad(&running) == 0u) { break; }
  }
  for (var item = lane; item < size * call.responseLength; item += lanes) {
    let time = item % call.responseLength;
    if (time >= lengths[item / call.responseLength]) {
      let at = first * call.responseLength + item;
      let all = call.population * call.responseLength;
      sampled[at] = call.padding;
      sampled[all + at] = 0u;
      sampled[2u * all + at] = 0u;
    }
  }
}