import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import { inputRecord } from './inputRecord.js';
import type { KernelSource } from './kernel.js';
import { randomFunctions } from './wgsl.js';

/** Attention scores kept in workgroup memory, of which there are 16 KiB; more lie next to the cached keys. */
const mostScores = 1024;

/** Numbers that the rollout of one sequence caches: keys and values a layer and position, and its scores. */
export function rolloutCacheSize(shape: TransformerShape): number {
  const scores = shape.heads * shape.context;
  return 2 * shape.layers * shape.context * shape.width + (scores > mostScores ? scores : 0);
}

/** A replica's knobs in the inputs, and the key of its draws. */
export const samplingRecord = inputRecord('SamplingKnobs', { temperature: 'f32', topP: 'f32', topK: 'u32', key: 'u32' });

/** Σ_k source[k] · matrix[k, column] for each column, by one workgroup, split over k where columns are few. */
function vectorProduct(
  lanes: number,
  inner: number,
  columns: number,
  source: string,
  matrix: string,
  store: (column: string, value: string) => string,
): string {
  const parts = Math.max(1, Math.min(inner, Math.floor(lanes / columns)));
  if (parts === 1) {
    // Up to four columns an invocation, as far apart as there are groups of them: neighbours read neighbouring numbers.
    const wide = Math.min(4, Math.ceil(columns / lanes));
    const groups = Math.ceil(columns / wide);
    const each = Array.from({ length: wide }, (_, j) => j);
    return /* wgsl */ `
    for (var column = lane; column < ${groups}u; column += lanes) {
      ${each.map((j) => `let at${j} = ${matrix} + min(column + ${j * groups}u, ${columns - 1}u);`).join(' ')}
      ${each.map((j) => `var sum${j} = 0.0;`).join(' ')}
      for (var k = 0u; k < ${inner}u; k++) {
        let value = ${source}[k];
        ${each.map((j) => `sum${j} += value * parameters[at${j} + k * ${columns}u];`).join('\n        ')}
      }
      ${each
        .map((j) => {
          const kept = store(`column + ${j * groups}u`, `sum${j}`);
          return (j + 1) * groups <= columns ? kept : `if (column + ${j * groups}u < ${columns}u) { ${kept} }`;
        })
        .join('\n      ')}
    }
    workgroupBarrier();`;
  }
  const each = Math.ceil(inner / parts);
  return /* wgsl */ `
    if (lane < ${parts * columns}u) {
      let column = lane % ${columns}u;
      let part = lane / ${columns}u;
      var sum = 0.0;
      for (var k = part * ${each}u; k < min((part + 1u) * ${each}u, ${inner}u); k++) {
        sum += ${source}[k] * parameters[${matrix} + k * ${columns}u + column];
      }
      partial[lane] = sum;
    }
    workgroupBarrier();
    if (lane < ${columns}u) {
      var sum = partial[lane];
      for (var part = 1u; part < ${parts}u; part++) { sum += partial[part * ${columns}u + lane]; }
      ${store('lane', 'sum')}
    }
    workgroupBarrier();`;
}

/**
 * Samples responses, one sequence a workgroup, token by token with cached keys and values, until its end-of-sequence
 * token; as `rollout` and `samplingDistribution` of engines/reference. Every sequence reads its prompt itself,
 * also one that others share: they do so at the same time. On a software adapter, which has them wait for each other,
 * reading it once for n = 4 would save at most 11 to 15 % of a default step, for a second dispatch.
 */
export function rolloutSource(shape: TransformerShape, lanes: number) {
  const { width, heads, layers, context, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const headWidth = width / heads;
  const scoresInCache = heads * context > mostScores;
  const score = (index: string): string =>
    scoresInCache ? `cache[cached + ${2 * layers * context * width}u + ${index}]` : `scores[${index}]`;
  /** `normed` times a matrix, into or onto a vector. */
  const project = (columns: number, matrix: string, to: string, change = '='): string =>
    vectorProduct(lanes, width, columns, 'normed', matrix, (column, value) => `${to}[${column}] ${change} ${value};`);
  const { entries, size } = transformerLayout(shape);
  const offset = (name: string): number => entries.find((entry) => entry.name === name)!.offset;
  const layer = (name: string): string => `w + ${offset(`blocks.0.${name}`)}u`;
  const next = layers > 1 ? offset('blocks.1.attentionNorm') - offset('blocks.0.attentionNorm') : 0;
  const rmsNorm = (gain: string): string => /* wgsl */ `
    for (var i = lane; i < width; i += lanes) {
      var sum = 0.0;
      for (var k = 0u; k < width; k++) { sum += x[k] * x[k]; }
      normed[i] = x[i] * inverseSqrt(sum / f32(width) + 1e-5) * parameters[${gain} + i];
    }
    workgroupBarrier();`;
  return {
    label: 'rollout',
    lanes,
    call: {
      /** Of the pass, counted over all replicas. */
      firstSequence: 'u32',
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
      parameters: 'read f32',
      cache: 'read_write f32',
      /** Tokens `[R·B, responseLength]`, then the bits of their log-probabilities, then those of the entropies. */
      sampled: 'read_write u32',
    },
    code: /* wgsl */ `
${randomFunctions}
${samplingRecord.wgsl}
const width = ${width}u;
const vocabulary = ${vocabulary}u;
const headWidth = ${headWidth}u;
const context = ${context}u;
var<workgroup> x: array<f32, ${width}>;
var<workgroup> normed: array<f32, ${width}>;
var<workgroup> qkv: array<f32, ${3 * width}>;
var<workgroup> hidden: array<f32, ${hidden}>;
var<workgroup> probabilities: array<f32, ${vocabulary}>;
var<workgroup> kept: array<f32, ${vocabulary}>;
var<workgroup> nucleus: array<f32, ${vocabulary}>;
var<workgroup> partial: array<f32, lanes>;
${scoresInCache ? '' : `var<workgroup> scores: array<f32, ${heads * context}>;`}
var<workgroup> chosen: u32;

fn ranksAhead(other: u32, own: u32) -> bool {
  return probabilities[other] > probabilities[own] || (probabilities[other] == probabilities[own] && other < own);
}

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let cached = group.x * ${rolloutCacheSize(shape)}u;
  let weights = replica * ${size}u;
  let knobs = readSamplingKnobs(call.knobs, replica);
  let temperature = knobs.temperature;
  let topP = knobs.topP;
  let topK = knobs.topK;
  let responses = sequence * call.responseLength;
  let logProbs = call.population * call.responseLength + responses;
  let entropies = call.population * call.responseLength + logProbs;
  var token = inputs[call.prompts + sequence * call.promptLength];
  for (var position = 0u; position + 1u < call.promptLength + call.responseLength; position++) {
    for (var i = lane; i < width; i += lanes) {
      x[i] = parameters[weights + token * width + i]
        + parameters[weights + ${offset('positionEmbedding')}u + position * width + i];
    }
    workgroupBarrier();
    for (var layer = 0u; layer < ${layers}u; layer++) {
      let w = weights + layer * ${next}u;
      let keys = cached + layer * ${2 * context * width}u;
      let values = keys + ${context * width}u;
      ${rmsNorm(layer('attentionNorm'))}
      ${project(3 * width, layer('attentionQkv'), 'qkv')}
      for (var i = lane; i < width; i += lanes) {
        cache[keys + position * width + i] = qkv[width + i];
        cache[values + position * width + i] = qkv[2u * width + i];
      }
      storageBarrier();
      for (var item = lane; item < ${heads}u * (position + 1u); item += lanes) {
        let head = item / (position + 1u);
        let key = item % (position + 1u);
        var sum = 0.0;
        for (var i = head * headWidth; i < (head + 1u) * headWidth; i++) {
          sum += qkv[i] * cache[keys + key * width + i];
        }
        ${score('head * context + key')} = sum * ${headWidth ** -0.5};
      }
      ${scoresInCache ? 'storageBarrier();' : 'workgroupBarrier();'}
      for (var i = lane; i < width; i += lanes) {
        let head = i / headWidth * context;
        var most = ${score('head')};
        for (var key = 1u; key <= position; key++) { most = max(most, ${score('head + key')}); }
        var total = 0.0;
        var sum = 0.0;
        for (var key = 0u; key <= position; key++) {
          let e = exp(${score('head + key')} - most);
          total += e;
          sum += e * cache[values + key * width + i];
        }
        normed[i] = sum / total;
      }
      workgroupBarrier();
      ${project(width, layer('attentionOut'), 'x', '+=')}
      ${rmsNorm(layer('mlpNorm'))}
      ${vectorProduct(lanes, width, hidden, 'normed', layer('mlpUp'), (i, value) => `hidden[${i}] = max(${value}, 0);`)}
      ${vectorProduct(lanes, hidden, width, 'hidden', layer('mlpDown'), (i, value) => `x[${i}] += ${value};`)}
    }
    if (position + 1u < call.promptLength) {
      token = inputs[call.prompts + sequence * call.promptLength + position + 1u];
      continue;
    }
    ${rmsNorm(`weights + ${offset('finalNorm')}u`)}
    ${project(vocabulary, `weights + ${offset('unembedding')}u`, 'probabilities', '=')}
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
    if (topK != 0u || topP != 1) {
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
      let draw = f32(randomAt(knobs.key, place * call.responseLength + step) >> 8u) / 16777216.0 * total;
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
}`,
  } as const satisfies KernelSource<string, string>;
}
