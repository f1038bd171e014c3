import { transformerLayout, type TransformerShape } from '../layout.js';
import { inputRecord } from './inputRecord.js';
import { activationRecord, gradientRecord, keyStride } from './records.js';
import { packFunctions, packingOf } from './packing.js';
import { randomFunctions } from './wgsl.js';

/** A replica's dropout in the inputs: the key of its draws, below which of them a number goes, and what the others are multiplied by. */
export const dropoutRecord = inputRecord('Dropout', { key: 'u32', threshold: 'u32', factor: 'f32' });

/** What the kernels that run one workgroup a sequence are told. A pass takes sequences one after another, as rows. */
export const sequenceCall = {
  /** Of the pass, counted over all replicas. */
  firstSequence: 'u32',
  firstRow: 'u32',
  /** B: sequences a replica. */
  sequences: 'u32',
  /** In the inputs: the first row of each sequence, with the end of the last `[R·B + 1]`. */
  starts: 'u32',
  /** In the inputs: the token of each row. */
  tokens: 'u32',
  /** In the inputs: a `Dropout` of each replica; 0 = no dropout. */
  dropout: 'u32',
} as const;

/** Constants of the forward and the backward kernel: sizes, strides of records, the offsets of a layer's weights. */
export function prelude(shape: TransformerShape): string {
  const { width, heads, context, layers } = shape;
  const packing = packingOf(shape);
  const packs = Array.from({ length: packing.count }, (_, i) => `dropoutFactor(dropout, replica, index + ${i}u)`);
  return /* wgsl */ `
${randomFunctions}
${packFunctions(packing)}
const packed = ${packing.count}u;
const packs = ${width / packing.count}u;
const width = ${width}u;
const heads = ${heads}u;
const headWidth = ${width / heads}u;
const context = ${context}u;
const layers = ${layers}u;
const keyStride = ${keyStride(shape)}u;
const scoreScale = ${(width / heads) ** -0.5};
const activationStride = ${activationRecord(shape).stride}u;
const gradientStride = ${gradientRecord(shape).stride}u;
const parameterCount = ${transformerLayout(shape).size}u;
${dropoutRecord.wgsl}
fn dropoutFactor(dropout: u32, replica: u32, index: u32) -> f32 {
  let own = readDropout(dropout, replica);
  return select(own.factor, 0, randomAt(own.key, index) < own.threshold);
}
// Of the activations from i on, at this place of the knobs; 0: nothing is dropped.
fn dropoutFactors(dropout: u32, replica: u32, branch: u32, sequence: u32, position: u32, i: u32) -> Pack {
  if (dropout == 0u) { return Pack(1); }
  let index = ((branch * call.sequences + sequence) * context + position) * width + i;
  return Pack(${packs.join(', ')});
}
`;
}

/** Begins `fn main`: which sequence, and its rows. */
export const enter = /* wgsl */ `
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let start = inputs[call.starts + sequence];
  let rows = inputs[call.starts + sequence + 1u] - start;`;

/** The parameters' offsets of layer 0 by name, and from one layer to the next. */
export function weightOffsets(shape: TransformerShape) {
  const { entries } = transformerLayout(shape);
  const of = (name: string): number => entries.find((entry) => entry.name === name)!.offset;
  const layer = (name: string): number => of(`blocks.0.${name}`);
  const next = shape.layers > 1 ? of('blocks.1.attentionNorm') - layer('attentionNorm') : 0;
  return { of, layer, next };
}
