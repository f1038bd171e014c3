import { transformerLayout, type TransformerShape } from '../layout.js';
import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';
import { accessors, looseAccessors, packFunctions, packingOf } from './packing.js';
import { rolloutPlan } from './rolloutPlan.js';
import { weightOffsets } from './sequenceKernel.js';
import { teamProduct, type TeamProduct } from './teamProduct.js';
import { randomFunctions } from './wgsl.js';

/** A replica's knobs in the inputs, and the key of its draws. */
export const samplingRecord = inputRecord('SamplingKnobs', { temperature: 'f32', topP: 'f32', topK: 'u32', key: 'u32' });

/**
 * Samples responses token by token with cached keys and values, until their end-of-sequence tokens; as `rollout` and
 * `samplingDistribution` of engines/reference. A workgroup samples a team of sequences side by side, so that it reads
 * each weight once for all of them; where they share a prompt, one of them reads it for all.
 */
export function rolloutSource(shape: TransformerShape, lanes: number) {
  const { width, heads, layers, context, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const headWidth = width / heads;
  const packing = packingOf(shape);
  const { team, scoresTogether, cacheSize } = rolloutPlan(shape);
  const { size } = transformerLayout(shape);
  const weight = weightOffsets(shape);
  // Scores are written one by one.
  const cacheType = scoresTogether ? packing.type : 'f32';
  /** Numbers of one member's keys, or values, in all layers. */
  const memberCache = 2 * layers * context * width;
  const scoreAt = (index: string): string => (scoresTogether ? `scores[${index}]` : `cacheAt(${team * memberCache}u + cached + ${index})`);
  const setScore = (index: string, value: string): string =>
    scoresTogether ? `scores[${index}] = ${value};` : `setCache(${team * memberCache}u + cached + ${index}, ${value});`;
  const cacheBarrier = scoresTogether ? 'workgroupBarrier();' : 'storageBarrier();';
  const linear = (inner: number, columns: number, left: string, right: string, store: TeamProduct['store']): string =>
    teamProduct({ packing, lanes, team, inner, columns, left, right, store });
  const setter = (buffer: string, count: number): string =>
    `set${buffer[0]!.toUpperCase()}${buffer.slice(1)}${count === packing.count ? 'Pack' : ''}`;
  const keep = (buffer: string, columns: number): TeamProduct['store'] => ({ row, column, value, count }) =>
    `${setter(buffer, count)}(${row} * ${columns}u + ${column}, ${value});`;
  const add = (buffer: string, columns: number): TeamProduct['store'] => ({ row, column, value, count }) => {
    const at = `${row} * ${columns}u + ${column}`;
    return `${setter(buffer, count)}(${at}, ${buffer}${count === packing.count ? 'Pack' : 'At'}(${at}) + ${value});`;
  };
  const rmsNorm = (gain: string): string => /* wgsl */ `
    for (var item = lane; item < members * packs; item += lanes) {
      let row = item / packs * width;
      let i = item % packs * packed;
      var sum = 0.0;
      for (var k = 0u; k < width; k += packed) { sum += inner(xPack(row + k), xPack(row + k)); }
      setNormedPack(row + i, xPack(row + i) * inverseSqrt(sum / f32(width) + 1e-5) * parametersPack(${gain} + i));
    }
    workgroupBarrier();`;
  const layer = (name: string): string => `w + ${weight.layer(name)}u`;
  const shared = (name: string, count: number): string =>
    `var<workgroup> ${name}: array<f32, ${team * count}>;${looseAccessors(name, packing)}`;
  return {
    label: 'rollout',
    lanes,
    call: {
      /** The first group of sequences of the pass; how many sequences a group has; how many of them a workgroup takes. */
      firstGroup: 'u32',
      groupSize: 'u32',
      team: 'u32',
      /** 1 where the sequences of a group share their prompt. */
      sharedPrompt: 'u32',
      /** B: sequences a replica; sequences of all replicas. */
      sequences: 'u32',
      population: 'u32',
      promptLength: 'u32',
      responseLength: 'u32',
      /** In the inputs: `[R·B, promptLength]`; a `SamplingKnobs` of each replica. */
      prompts: 'u32',
      knobs: 'u32',
      endOfSequence: 'u32',
      padding: 'u32',
    },
    buffers: {
      inputs: 'read u32',
      parameters: `read ${packing.type}`,
      cache: `read_write ${cacheType}`,
      /** Tokens `[R·B, responseLength]`, then the bits of their log-probabilities, then those of the entropies. */
      sampled: 'read_write u32',
    },
    code: /* wgsl */ `
${randomFunctions}
${samplingRecord.wgsl}
${packFunctions(packing)}
const packed = ${packing.count}u;
const packs = ${width / packing.count}u;
const width = ${width}u;
const heads = ${heads}u;
const vocabulary = ${vocabulary}u;
const headWidth = ${headWidth}u;
const context = ${context}u;
${accessors('parameters', packing, 'read')}
${scoresTogether ? accessors('cache', packing, 'read_write') : looseAccessors('cache', packing)}
${shared('x', width)}
${shared('normed', width)}
${shared('qkv', 3 * width)}
${shared('hidden', hidden)}
// A member's logits, less their maximum, by the temperature; e to their power; of those, what the filters keep.
var<workgroup> logits: array<f32, ${team * vocabulary}>;
var<workgroup> odds: array<f32, ${team * vocabulary}>;
var<workgroup> kept: array<f32, ${team * vocabulary}>;
var<workgroup> nucleus: array<f32, ${team * vocabulary}>;
${scoresTogether ? `var<workgroup> scores: array<f32, ${team * heads * context}>;` : ''}
var<workgroup> chosen: array<u32, ${team}>;
// Tokens of each response; how many go on.
var<workgroup> lengths: array<u32, ${team}>;
var<workgroup> running: u32;

fn ranksAhead(other: u32, own: u32) -> bool {
  return odds[other] > odds[own] || (odds[other] == odds[own] && other < own);
}

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = group.x * call.team;
  let size = min(call.team, call.groupSize - begin);
  let first = (call.firstGroup + group.y) * call.groupSize + begin;
  let replica = first / call.sequences;
  let cached = (group.y * ((call.groupSize + call.team - 1u) / call.team) + group.x) * ${cacheSize}u;
  let weights = replica * ${size}u;
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
        + parametersPack(weights + ${weight.of('positionEmbedding')}u + position * width + i));
    }
    workgroupBarrier();
    for (var layer = 0u; layer < ${layers}u; layer++) {
      let w = weights + layer * ${weight.next}u;
      let keys = cached + layer * ${2 * context * width}u;
      let values = keys + ${context * width}u;
      ${rmsNorm(layer('attentionNorm'))}
      ${linear(width, 3 * width, 'normed', layer('attentionQkv'), keep('qkv', 3 * width))}
      for (var item = lane; item < members * packs; item += lanes) {
        let row = item / packs;
        let i = item % packs * packed;
        let to = row * ${memberCache}u + position * width + i;
        setCachePack(keys + to, qkvPack(row * ${3 * width}u + width + i));
        setCachePack(values + to, qkvPack(row * ${3 * width}u + ${2 * width}u + i));
      }
      storageBarrier();
      for (var item = lane; item < members * heads * (position + 1u); item += lanes) {
        let key = item % (position + 1u);
        let head = item / (position + 1u) % heads;
        let row = item / (position + 1u) / heads;
        let owner = select(row, 0u, alone && key < call.promptLength);
        let source = keys + owner * ${memberCache}u + key * width + head * headWidth;
        let query = row * ${3 * width}u + head * headWidth;
        var sum = Pack();
        for (var i = 0u; i < headWidth; i += packed) { sum += qkvPack(query + i) * cachePack(source + i); }
        ${setScore('(row * heads + head) * context + key', `total(sum) * ${headWidth ** -0.5}`)}
      }
      ${cacheBarrier}
      for (var item = lane; item < members * heads; item += lanes) {
        let at = item * context;
        var most = ${scoreAt('at')};
        for (var key = 1u; key <= position; key++) { most = max(most, ${scoreAt('at + key')}); }
        var sum = 0.0;
        for (var key = 0u; key <= position; key++) {
          let e = exp(${scoreAt('at + key')} - most);
          sum += e;
          ${setScore('at + key', 'e')}
        }
        for (var key = 0u; key <= position; key++) { ${setScore('at + key', `${scoreAt('at + key')} / sum`)} }
      }
      ${cacheBarrier}
      for (var item = lane; item < members * packs; item += lanes) {
        let row = item / packs;
        let i = item % packs * packed;
        let at = (row * heads + i / headWidth) * context;
        var sum = Pack();
        for (var key = 0u; key <= position; key++) {
          let owner = select(row, 0u, alone && key < call.promptLength);
          sum += ${scoreAt('at + key')} * cachePack(values + owner * ${memberCache}u + key * width + i);
        }
        setNormedPack(row * width + i, sum);
      }
      workgroupBarrier();
      ${linear(width, width, 'normed', layer('attentionOut'), add('x', width))}
      ${rmsNorm(layer('mlpNorm'))}
      ${linear(width, hidden, 'normed', layer('mlpUp'), (element) =>
        keep('hidden', hidden)({ ...element, value: `max(${element.value}, ${element.count === 4 ? 'vec4f()' : '0.0'})` }),
      )}
      ${linear(hidden, width, 'hidden', layer('mlpDown'), add('x', width))}
    }
    if (position + 1u < call.promptLength) { continue; }
    ${rmsNorm(`weights + ${weight.of('finalNorm')}u`)}
    ${linear(width, vocabulary, 'normed', `weights + ${weight.of('unembedding')}u`, ({ row, column, value, count }) =>
      Array.from({ length: count }, (_, j) => `logits[${row} * vocabulary + ${column} + ${j}u] = ${count === 1 ? value : `${value}[${j}]`};`).join(' '),
    )}
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
}`,
  } as const satisfies KernelSource<string, string>;
}
