import { type GrpoKnob, grpoKnobNames, grpoScalars, kernelKnob } from '../grpoStep.js';
import type { GrpoKnobs } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import { rowSize, type AdamWKernels } from './adamWRows.js';
import { allocate } from './memory.js';
import type { Pass } from './passes.js';

/** What assembly/index.ts exports, pointers as globals. */
interface Exports extends AdamWKernels {
  /** What the last `policyTerm` or `klTerm` found. */
  readonly termValue: WebAssembly.Global<'f32'>;
  readonly termSlope: WebAssembly.Global<'f32'>;
  readonly termClipped: WebAssembly.Global<'i32'>;
  /** Rows that `forward` has computed since the beginning. */
  readonly computedRows: WebAssembly.Global<'f64'>;
  /** Rows that `backward` has gone through since the beginning. */
  readonly backwardRows: WebAssembly.Global<'f64'>;
  configure(
    vocabulary: number, context: number, width: number, layers: number, heads: number, mlpRatio: number,
    causal: boolean, unembedding: boolean, rows: number, outputs: number, sequences: number,
  ): void;
  allocateWeights(): void;
  allocate(bytes: number): number;
  loadWeights(panels: number, parameters: number): void;
  loadTransposed(parameters: number): void;
  clearGradients(): void;
  storeGradients(row: number): void;
  setDropout(rate: number, key: number, sequences: number): void;
  openPass(rows: number, segments: number, logits: number): void;
  openTrie(first: number, rows: number, trunk: number, firstLogits: number): void;
  storeKeyValues(store: number, first: number, rows: number): void;
  loadKeyValues(store: number, first: number, rows: number): void;
  storeLogProbs(store: number, first: number, count: number): void;
  keepRows(first: number, rows: number, trunkBefore: number, trunkAfter: number): void;
  roundToBfloat16(at: number, count: number): void;
  roundToFp8(at: number, count: number): void;
  forward(panels: number, keep: boolean): void;
  backward(): void;
  targetLogProbs(target: number, outputs: number, firstLogits: number, logits: number, temperature: number): void;
  logProbRows(firstLogits: number, logits: number, temperature: number): void;
  entropies(target: number, outputs: number, temperature: number): void;
  crossEntropy(outputs: number, labelSmoothing: number): number;
  grpoLoss(
    outputs: number, firstLogits: number, logits: number,
    policyLoss: number, estimator: number, klCorrection: boolean, ownIsOld: boolean,
  ): void;
  policyTerm(policyLoss: number, logProb: number, old: number, advantage: number, isSingledOut: boolean): void;
  klTerm(logProb: number, reference: number, estimator: number): void;
  samplingDistribution(target: number, row: number, temperature: number, topK: number, topP: number): void;
  openDraws(firstLogits: number, logits: number, temperature: number, topK: number, topP: number): void;
  draw(sequences: number, key: number): void;
  product(
    c: number, cRow: number, a: number, aRow: number, b: number, bRow: number, bPanel: number,
    m: number, k: number, n: number, accumulate: boolean,
  ): void;
}

const pointerNames = [
  'rowTokens', 'rowPositions', 'rowDraws', 'rowParents', 'rowSlots', 'segments', 'logitRows', 'outputLogits', 'outputTargets',
  'outputWeights', 'outputMasks', 'outputAdvantages', 'outputPolicyWeights', 'outputSingledOut', 'outputOldLogProbs', 'outputReferenceLogProbs',
  'outputSamplingLogProbs', 'outputDecisive', 'outputLogProbs', 'grpoKnobs', 'totals', 'logits', 'finalNormed', 'drawLogits',
  'drawIndices', 'drawnTokens', 'drawnLogProbs', 'samplingProbabilities', 'samplingEntropies', 'keptRows',
  'policyPanels', 'referencePanels',
] as const;
type Pointers = Readonly<Record<(typeof pointerNames)[number], number>>;

/** Rows of a pass: enough to keep products busy, few enough for their activations to stay in a core's cache. */
const passRows = 128;
/** Sequences of a trie: enough to share beginnings, few enough for what is read back to be in cache. */
const trieSequences = 64;
/** Rows, and bytes, of activations that tries keep from a rollout to the update on it. */
const mostKeptRows = 8192;
const mostKeptBytes = 24 * 2 ** 20;

/**
 * The kernels of one model in a memory of their own, typed. Working memory is taken when the model is set up.
 */
export class CpuKernels {
  readonly run: Exports;
  readonly at: Pointers;
  /** Rows of a pass of sequences by themselves. */
  readonly capacity: number;
  /** Sequences that a trie may hold, and rows that it may have. */
  readonly trieSequences: number;
  readonly trieRows: number;
  /** All rows: those up to `trieRows` are for whatever is computed at once, the others keep tries for later. */
  readonly rows: number;
  /** Numbers that a row of parameters takes. */
  readonly rowSize: number;
  /** Numbers that a row of logits takes, and the keys and values of a row in one layer. */
  readonly vocabularyStride: number;
  readonly layerKeyValues: number;
  private floatView: Float32Array<ArrayBuffer>;
  private integerView: Int32Array<ArrayBuffer>;

  constructor(module: WebAssembly.Module, readonly shape: TransformerShape) {
    const instance = new WebAssembly.Instance(module);
    this.run = instance.exports as unknown as Exports;
    this.capacity = Math.max(passRows, shape.context);
    this.trieSequences = trieSequences;
    // Products write whole blocks of four rows.
    this.trieRows = 4 * Math.ceil(Math.max(this.capacity, trieSequences * shape.context) / 4) + 4;
    this.rows = this.trieRows + Math.min(mostKeptRows, Math.ceil(mostKeptBytes / activationBytes(shape)));
    this.run.configure(
      shape.vocabulary, shape.context, shape.width, shape.layers, shape.heads, shape.mlpRatio,
      shape.causal, shape.unembedding, this.rows, this.trieRows, trieSequences,
    );
    this.run.allocateWeights();
    const pointer = (name: string): number => (instance.exports[name] as WebAssembly.Global<'i32'>).value;
    this.at = Object.fromEntries(pointerNames.map((name) => [name, pointer(name)])) as Pointers;
    this.vocabularyStride = 8 * Math.ceil(shape.vocabulary / 8);
    this.layerKeyValues = 16 * Math.ceil(shape.width / 8);
    this.rowSize = rowSize(transformerLayout(shape).size);
    this.floatView = new Float32Array(this.run.memory.buffer as ArrayBuffer);
    this.integerView = new Int32Array(this.run.memory.buffer as ArrayBuffer);
  }

  /** Room for so many numbers, zeros; the pointer is in bytes. Throws where there is not enough memory. */
  allocate(numbers: number): number {
    const pointer = allocate(this.run, 4 * numbers);
    this.floatView = new Float32Array(this.run.memory.buffer as ArrayBuffer);
    this.integerView = new Int32Array(this.run.memory.buffer as ArrayBuffer);
    return pointer;
  }

  /** A view of memory, valid until the next `allocate`. */
  floats(pointer: number, count: number): Float32Array {
    return this.floatView.subarray(pointer >>> 2, (pointer >>> 2) + count);
  }

  integers(pointer: number, count: number): Int32Array {
    return this.integerView.subarray(pointer >>> 2, (pointer >>> 2) + count);
  }

  /** The sums of the GRPO loss, a number for each of `grpoScalars`. */
  totals(): Float64Array {
    return new Float64Array(this.run.memory.buffer, this.at.totals, grpoScalars.length);
  }

  /** Makes a replica's knobs those that the loss reads. */
  putKnobs(knobs: Pick<GrpoKnobs, GrpoKnob>, replica: number): void {
    const values = grpoKnobNames.map((name) => kernelKnob(name, knobs[name][replica]!));
    this.putFloats(this.at.grpoKnobs, Float32Array.from(values));
  }

  putFloats(pointer: number, values: Float32Array): void {
    this.floatView.set(values, pointer >>> 2);
  }

  putIntegers(pointer: number, values: Int32Array): void {
    this.integerView.set(values, pointer >>> 2);
  }

  /** Puts the integers [from, to) of many: without a view of them, which would take longer than the few numbers. */
  putSome(pointer: number, values: Int32Array, from: number, to: number): void {
    let at = pointer >>> 2;
    for (let i = from; i < to; i++) this.integerView[at++] = values[i]!;
  }

  /** Makes a pass the one that `forward` runs; each row of logits has one output. */
  open(pass: Pass): void {
    this.putIntegers(this.at.rowTokens, pass.tokens);
    this.putIntegers(this.at.rowPositions, pass.positions);
    this.putIntegers(this.at.rowDraws, pass.draws);
    this.putIntegers(this.at.segments, pass.segments);
    this.putIntegers(this.at.logitRows, pass.outputRows);
    this.putIntegers(this.at.outputLogits, pass.outputRows.map((_, i) => i));
    this.run.openPass(pass.tokens.length, pass.segments.length / 2, pass.outputRows.length);
  }
}

/** What a row keeps of a forward pass, about. */
function activationBytes({ vocabulary, context, width, layers, heads, mlpRatio }: TransformerShape): number {
  return 4 * (layers * ((10 + mlpRatio) * width + heads * context) + 2 * width + vocabulary);
}

/** The kernels' product of `[m, k]` and `[k, n]` by itself (n a multiple of 8): what a step can be measured against. */
export function plainProduct(module: WebAssembly.Module): (m: number, k: number, n: number) => void {
  let kernels: CpuKernels | undefined;
  let room = 0;
  let [a, b, c] = [0, 0, 0];
  return (m, k, n) => {
    kernels ??= new CpuKernels(module, {
      vocabulary: 8, context: 8, width: 8, layers: 1, heads: 1, mlpRatio: 4, causal: true, unembedding: true,
    });
    const { run } = kernels;
    const needed = 4 * Math.max(m * k, k * n, (m + 3) * n);
    if (needed > room) {
      [a, b, c] = [run.allocate(needed), run.allocate(needed), run.allocate(needed)];
      room = needed;
    }
    run.product(c, 4 * n, a, 4 * k, b, 4 * n, 32, m, k, n, false);
  };
}
