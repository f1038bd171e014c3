/** The model's form, its sizes in memory, and every buffer; set once by `configure`. */
import { GrpoKnobs, scalarCount } from './grpoStep';
import { allocate, floats } from './memory';

export let vocabulary: i32 = 0;
export let context: i32 = 0;
export let width: i32 = 0;
export let layers: i32 = 0;
export let heads: i32 = 0;
export let headWidth: i32 = 0;
export let hidden: i32 = 0;
export let causal: bool = true;
export let unembedding: bool = true;

/** Numbers a row in memory: widths rounded up to 8, the rest zeros, so that no product has a tail of columns. */
export let widthStride: i32 = 0;
export let hiddenStride: i32 = 0;
export let vocabularyStride: i32 = 0;
export let headStride: i32 = 0;
export let keyStride: i32 = 0;

/** Tokens, and outputs, that one pass through the model may hold. */
export let passRows: i32 = 0;
/** Sequences that one rollout may hold. */
export let rolloutSequences: i32 = 0;

/** What a pass reads, a token row: int32 `[passRows]`. */
export let rowTokens: usize = 0;
export let rowPositions: usize = 0;
/** Where the row's dropout draws start, in units of `width`, within one branch. */
export let rowDraws: usize = 0;
/**
 * Segments of a pass, int32 × 4: first row, rows, position of the first row, first row of what came before. A row is in one
 * segment, and a prefix is a segment before those that share it.
 */
export let segments: usize = 0;
export const segmentBytes: usize = 16;

/** What a pass reads and writes, an output row: `[passRows]`. */
export let outputRows: usize = 0;
export let outputTargets: usize = 0;
export let outputWeights: usize = 0;
export let outputMasks: usize = 0;
export let outputAdvantages: usize = 0;
export let outputOldLogProbs: usize = 0;
export let outputReferenceLogProbs: usize = 0;
export let outputSamplingLogProbs: usize = 0;
export let outputDecisive: usize = 0;
export let outputLogProbs: usize = 0;
/** One replica's knobs of the loss: `GrpoKnobs`. */
export let grpoKnobs: usize = 0;
/** Sums over the outputs of a step, float64: see `grpoLoss`. */
export let totals: usize = 0;

/** Prompts `[distinct, promptLength]`; tokens, their log-probabilities and entropies `[sequences, maxResponseLength]`. */
export let rolloutPrompts: usize = 0;
export let rolloutTokens: usize = 0;
export let rolloutLogProbs: usize = 0;
export let rolloutEntropies: usize = 0;
export let rolloutLogits: usize = 0;
export let rolloutAlive: usize = 0;
export let rolloutProbabilities: usize = 0;
export let rolloutFiltered: usize = 0;
/** Keys `[layers, sequences, heads, headWidth, keyStride]`: transposed, to compute four scores at a time. */
export let keyCache: usize = 0;
/** Values `[layers, sequences, heads, context, headStride]`. */
export let valueCache: usize = 0;

/** Activations of a pass, a layer's `layerBytes` after those of the one before; rows of `widthStride` unless said. */
export let layerBytes: usize = 0;
export let layerInput: usize = 0;
export let attentionNormed: usize = 0;
export let attentionScale: usize = 0;
/** `3 · widthStride` numbers a row. */
export let queryKeyValue: usize = 0;
/** `[row, heads, keyStride]`; of a segment `[heads, rows, its keys rounded up to 8]`, from its first row on. */
export let attentionWeights: usize = 0;
export let attentionMixed: usize = 0;
export let attentionDropout: usize = 0;
export let layerMiddle: usize = 0;
export let mlpNormed: usize = 0;
export let mlpScale: usize = 0;
/** `hiddenStride` numbers a row. */
export let mlpHidden: usize = 0;
export let mlpDropout: usize = 0;

/** Of the output rows. */
export let finalInput: usize = 0;
export let finalNormed: usize = 0;
export let finalScale: usize = 0;
/** `vocabularyStride` numbers a row; the loss replaces them by their gradient. */
export let logits: usize = 0;

/** Gradients of activations, shared by all layers. */
export let gradFinalNormed: usize = 0;
export let gradFinalInput: usize = 0;
export let gradResidual: usize = 0;
export let gradBranch: usize = 0;
export let gradNormed: usize = 0;
export let gradMixed: usize = 0;
export let gradQueryKeyValue: usize = 0;
export let gradHidden: usize = 0;
/** The output of a residual branch. */
export let branchOutput: usize = 0;

/** Of one segment and head. */
export let headKeys: usize = 0;
export let headValues: usize = 0;
export let headTransposed: usize = 0;
export let headScores: usize = 0;
export let headOutput: usize = 0;

function roundUp(value: i32): i32 {
  return (value + 7) & ~7;
}

export function configure(
  vocabularySize: i32,
  contextLength: i32,
  modelWidth: i32,
  layerCount: i32,
  headCount: i32,
  mlpRatio: i32,
  isCausal: bool,
  hasUnembedding: bool,
  rows: i32,
  sequences: i32,
): void {
  vocabulary = vocabularySize;
  context = contextLength;
  width = modelWidth;
  layers = layerCount;
  heads = headCount;
  headWidth = modelWidth / headCount;
  hidden = mlpRatio * modelWidth;
  causal = isCausal;
  unembedding = hasUnembedding;
  widthStride = roundUp(width);
  hiddenStride = roundUp(hidden);
  vocabularyStride = roundUp(vocabulary);
  headStride = roundUp(headWidth);
  keyStride = roundUp(context);
  passRows = rows;
  rolloutSequences = sequences;

  rowTokens = allocate(floats(rows));
  rowPositions = allocate(floats(rows));
  rowDraws = allocate(floats(rows));
  segments = allocate(<usize>rows * segmentBytes);
  outputRows = allocate(floats(rows));
  outputTargets = allocate(floats(rows));
  outputWeights = allocate(floats(rows));
  outputMasks = allocate(floats(rows));
  outputAdvantages = allocate(floats(rows));
  outputOldLogProbs = allocate(floats(rows));
  outputReferenceLogProbs = allocate(floats(rows));
  outputSamplingLogProbs = allocate(floats(rows));
  outputDecisive = allocate(floats(rows));
  outputLogProbs = allocate(floats(rows));
  grpoKnobs = allocate(offsetof<GrpoKnobs>());
  totals = allocate(<usize>scalarCount << 3);

  rolloutPrompts = allocate(floats(sequences * context));
  rolloutTokens = allocate(floats(sequences * context));
  rolloutLogProbs = allocate(floats(sequences * context));
  rolloutEntropies = allocate(floats(sequences * context));
  rolloutLogits = allocate(floats(sequences * vocabularyStride));
  rolloutAlive = allocate(floats(sequences));
  rolloutProbabilities = allocate(floats(vocabularyStride));
  rolloutFiltered = allocate(floats(vocabularyStride));
  keyCache = allocate(floats(layers * sequences * heads * headWidth * keyStride));
  valueCache = allocate(floats(layers * sequences * heads * context * headStride));

  // Products write whole blocks of four rows, and read eight columns at a time from the middle of a row.
  const capacity = rows + 4;
  const narrow = floats(capacity * widthStride) + 64;
  const scales = floats(capacity);
  const wide = floats(capacity * hiddenStride);
  const triple = floats(3 * capacity * widthStride) + 64;
  const first = allocate(0);
  layerInput = allocate(narrow);
  attentionNormed = allocate(narrow);
  attentionScale = allocate(scales);
  queryKeyValue = allocate(triple);
  attentionWeights = allocate(floats(capacity * heads * keyStride));
  attentionMixed = allocate(narrow);
  attentionDropout = allocate(narrow);
  layerMiddle = allocate(narrow);
  mlpNormed = allocate(narrow);
  mlpScale = allocate(scales);
  mlpHidden = allocate(wide);
  mlpDropout = allocate(narrow);
  layerBytes = allocate(0) - first;
  allocate(<usize>(layers - 1) * layerBytes);
  // The last layer's output takes the place of the next one's input.
  allocate(narrow);

  finalInput = allocate(narrow);
  finalNormed = allocate(narrow);
  finalScale = allocate(scales);
  logits = allocate(floats(capacity * vocabularyStride));
  gradFinalNormed = allocate(narrow);
  gradFinalInput = allocate(narrow);
  gradResidual = allocate(narrow);
  gradBranch = allocate(narrow);
  gradNormed = allocate(narrow);
  gradMixed = allocate(narrow);
  gradQueryKeyValue = allocate(triple);
  gradHidden = allocate(wide);
  branchOutput = allocate(narrow);

  headKeys = allocate(floats(keyStride * headStride));
  headValues = allocate(floats(keyStride * headStride));
  headTransposed = allocate(floats(headStride * keyStride));
  headScores = allocate(floats(keyStride * keyStride));
  headOutput = allocate(floats(keyStride * headStride));
}
