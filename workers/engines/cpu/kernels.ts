import { type GrpoKnob, grpoKnobNames, grpoScalars, kernelKnob } from '../grpoStep.js';
import type { GrpoKnobs } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import { rowSize, type AdamWKernels } from './adamWRows.js';
import { allocate } from './memory.js';
import type { Pass } from './passes.js';

/** What assembly/index.ts exports, pointers as globals. */
interface Exports extends AdamWKernels {
  /** What the last `policyTerm` or `klTerm` found. */
  readonly termValue: WebAssembly.Global<'f32'>;
  readonly termSlope: WebAssembly.Global<'f32'>;
  readonly termClipped: WebAssembly.Global<'i32'>;
  configure(
    vocabulary: number, context: number, width: number, layers: number, heads: number, mlpRatio: number,
    causal: boolean, unembedding: boolean, passRows: number, rolloutSequences: number,
  ): void;
  allocateWeights(): void;
  allocate(bytes: number): number;
  loadWeights(panels: number, parameters: number): void;
  loadTransposed(parameters: number): void;
  clearGradients(): void;
  storeGradients(row: number): void;
  setDropout(rate: number, key: number, sequences: number): void;
  openPass(rows: number, segments: number, outputs: number): void;
  forward(panels: number, keep: boolean): void;
  backward(): void;
  targetLogProbs(target: number, outputs: number, temperature: number): void;
  entropies(target: number, outputs: number, temperature: number): void;
  crossEntropy(outputs: number, labelSmoothing: number): number;
  grpoLoss(outputs: number, estimator: number, ownIsOld: boolean): void;
  policyTerm(logProb: number, old: number, advantage: number): void;
  klTerm(logProb: number, reference: number, estimator: number): void;
  samplingDistribution(row: number, temperature: number, topK: number, topP: number): void;
  rollout(
    sequences: number, repeats: number, promptLength: number, maxResponseLength: number, first: number, key: number,
    temperature: number, topK: number, topP: number, endOfSequence: number, padding: number,
  ): number;
  product(
    c: number, cRow: number, a: number, aRow: number, b: number, bRow: number, bPanel: number,
    m: number, k: number, n: number, accumulate: boolean,
  ): void;
}

const pointerNames = [
  'rowTokens', 'rowPositions', 'rowDraws', 'segments', 'outputRows', 'outputTargets', 'outputWeights', 'outputMasks',
  'outputAdvantages', 'outputOldLogProbs', 'outputReferenceLogProbs', 'outputSamplingLogProbs', 'outputDecisive',
  'outputLogProbs', 'grpoKnobs', 'totals', 'logits', 'finalNormed', 'rolloutPrompts', 'rolloutTokens', 'rolloutLogProbs', 'rolloutEntropies',
  'rolloutProbabilities', 'policyPanels', 'referencePanels',
] as const;
type Pointers = Readonly<Record<(typeof pointerNames)[number], number>>;

/** Rows of a pass: enough to keep products busy, few enough for their activations to stay in a core's cache. */
const passRows = 128;
/** Sequences of a rollout: few enough for their keys and values to stay in cache. */
const rolloutSequences = 64;

/**
 * The kernels of one model in a memory of their own, typed. Working memory is taken when the model is set up.
 */
export class CpuKernels {
  readonly run: Exports;
  readonly at: Pointers;
  readonly capacity: number;
  readonly rolloutCapacity: number;
  /** Numbers that a row of parameters takes. */
  readonly rowSize: number;
  private floatView: Float32Array<ArrayBuffer>;
  private integerView: Int32Array<ArrayBuffer>;

  constructor(module: WebAssembly.Module, readonly shape: TransformerShape) {
    const instance = new WebAssembly.Instance(module);
    this.run = instance.exports as unknown as Exports;
    this.capacity = Math.max(passRows, shape.context);
    this.rolloutCapacity = rolloutSequences;
    this.run.configure(
      shape.vocabulary, shape.context, shape.width, shape.layers, shape.heads, shape.mlpRatio,
      shape.causal, shape.unembedding, this.capacity, this.rolloutCapacity,
    );
    this.run.allocateWeights();
    const pointer = (name: string): number => (instance.exports[name] as WebAssembly.Global<'i32'>).value;
    this.at = Object.fromEntries(pointerNames.map((name) => [name, pointer(name)])) as Pointers;
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

  /** Makes a pass the one that `forward` runs. */
  open(pass: Pass): void {
    this.putIntegers(this.at.rowTokens, pass.tokens);
    this.putIntegers(this.at.rowPositions, pass.positions);
    this.putIntegers(this.at.rowDraws, pass.draws);
    this.putIntegers(this.at.segments, pass.segments);
    this.putIntegers(this.at.outputRows, pass.outputRows);
    this.run.openPass(pass.tokens.length, pass.segments.length / 4, pass.outputRows.length);
  }
}

/** The kernels' product of `[m, k]` and `[k, n]` by itself (n a multiple of 8): what a step can be measured against. */
export function plainProduct(module: WebAssembly.Module): (m: number, k: number, n: number) => void {
  const { run } = new CpuKernels(module, {
    vocabulary: 8, context: 8, width: 8, layers: 1, heads: 1, mlpRatio: 4, causal: true, unembedding: true,
  });
  let room = 0;
  let [a, b, c] = [0, 0, 0];
  return (m, k, n) => {
    const needed = 4 * Math.max(m * k, k * n, (m + 3) * n);
    if (needed > room) {
      [a, b, c] = [run.allocate(needed), run.allocate(needed), run.allocate(needed)];
      room = needed;
    }
    run.product(c, 4 * n, a, 4 * k, b, 4 * n, 32, m, k, n, false);
  };
}
