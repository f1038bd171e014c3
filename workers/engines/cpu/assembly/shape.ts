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

/** What a pass reads, a token row: int32 `[rows]`. */
export let rowTokens: usize = 0;
export let rowPositions: usize = 0;
/** Where the row's dropout draws start, in units of `width`, within one branch. */
export let rowDraws: usize = 0;
/** In a trie: the row of the token before, −1 at the start. */
export let rowParents: usize = 0;
/** In a trie: the rows from the start to the row itself, `[rows, context]`. */
export let rowPaths: usize = 0;
/** Where the keys and values of a row are stored, or to be stored: see `storeKeyValues`. */
export let rowSlots: usize = 0;
/** Segments of a pass, int32 × 2: first row, rows. A segment is one sequence from its start. */
export let segments: usize = 0;
export const segmentBytes: usize = 8;

/** The rows of segments whose logits are wanted, one a row of logits: int32 `[rows]`. */
export let logitRows: usize = 0;

/** What a loss reads and writes, an output: one token that a row of logits predicts. Several may share a row. */
export let outputLogits: usize = 0;
export let outputTargets: usize = 0;
export let outputWeights: usize = 0;
export let outputMasks: usize = 0;
export let outputAdvantages: usize = 0;
/** What the policy loss is weighed by; 1 where the covariance singles the token out, else 0. */
export let outputPolicyWeights: usize = 0;
export let outputSingledOut: usize = 0;
export let outputOldLogProbs: usize = 0;
export let outputReferenceLogProbs: usize = 0;
export let outputSamplingLogProbs: usize = 0;
export let outputDecisive: usize = 0;
export let outputLogProbs: usize = 0;
/** What a loss finds about each row of logits: see `loss`. */
export let logitTotals: usize = 0;
export let logitEntropies: usize = 0;
export let logitEntropiesAtT1: usize = 0;
export let logitMeans: usize = 0;
export let logitSlopes: usize = 0;
export let logitSpreads: usize = 0;
export let logitLevels: usize = 0;
/** The slope of each output's loss by its log-probability. */
export let outputSlopes: usize = 0;
/** One replica's knobs of the loss: `GrpoKnobs`. */
export let grpoKnobs: usize = 0;
/** Sums over the outputs of a step, float64: see `grpoLoss`. */
export let totals: usize = 0;

/** What a rollout draws, a sequence: which of the opened rows it is drawn from, its draw's number; what comes of it. */
export let drawLogits: usize = 0;
export let drawIndices: usize = 0;
export let drawnTokens: usize = 0;
export let drawnLogProbs: usize = 0;
/** Of the rows that are drawn from: distributions and their sums, `[row, vocabularyStride]`; totals, entropies. */
export let samplingProbabilities: usize = 0;
export let samplingCumulative: usize = 0;
export let samplingTotals: usize = 0;
export let samplingEntropies: usize = 0;
export let samplingFiltered: usize = 0;

/** The rows of a trie that `keepRows` keeps, in rising order. */
export let keptRows: usize = 0;

/** Activations of a pass, a layer's `layerBytes` after those of the one before; rows of `widthStride` unless said. */
export let layerBytes: usize = 0;
export let layerInput: usize = 0;
export let attentionNormed: usize = 0;
export let attentionScale: usize = 0;
/** `3 · widthStride` numbers a row. */
export let queryKeyValue: usize = 0;
/** `[row, heads, keyStride]`; of a segment `[heads, rows, its rows rounded up to 8]`, from its first row on. */
export let attentionWeights: usize = 0;
export let attentionMixed: usize = 0;
export let attentionDropout: usize = 0;
export let layerMiddle: usize = 0;
export let mlpNormed: usize = 0;
export let mlpScale: usize = 0;
/** `hiddenStride` numbers a row. */
export let mlpHidden: usize = 0;
export let mlpDropout: usize = 0;

/** Of the rows with logits; the input is copied where there are segments. */
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

/**
 * @param rows tokens that activations are kept of
 * @param outputs rows, and predicted tokens, of one trie or pass
 * @param sequences that one rollout draws for
 */
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
  outputs: i32,
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

  rowTokens = allocate(floats(rows));
  rowPositions = allocate(floats(rows));
  rowDraws = allocate(floats(rows));
  rowParents = allocate(floats(rows));
  rowPaths = allocate(floats(rows * context));
  rowSlots = allocate(floats(rows));
  segments = allocate(<usize>rows * segmentBytes);
  logitRows = allocate(floats(rows));

  outputLogits = allocate(floats(outputs));
  outputTargets = allocate(floats(outputs));
  outputWeights = allocate(floats(outputs));
  outputMasks = allocate(floats(outputs));
  outputAdvantages = allocate(floats(outputs));
  outputPolicyWeights = allocate(floats(outputs));
  outputSingledOut = allocate(floats(outputs));
  outputOldLogProbs = allocate(floats(outputs));
  outputReferenceLogProbs = allocate(floats(outputs));
  outputSamplingLogProbs = allocate(floats(outputs));
  outputDecisive = allocate(floats(outputs));
  outputLogProbs = allocate(floats(outputs));
  outputSlopes = allocate(floats(outputs));
  grpoKnobs = allocate(offsetof<GrpoKnobs>());
  totals = allocate(<usize>scalarCount << 3);

  drawLogits = allocate(floats(sequences));
  drawIndices = allocate(floats(sequences));
  drawnTokens = allocate(floats(sequences));
  drawnLogProbs = allocate(floats(sequences));
  samplingProbabilities = allocate(floats(sequences * vocabularyStride));
  samplingCumulative = allocate(floats(sequences * vocabularyStride));
  samplingTotals = allocate(floats(sequences));
  samplingEntropies = allocate(floats(sequences));
  samplingFiltered = allocate(floats(vocabularyStride));

  keptRows = allocate(floats(rows));

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
  logitTotals = allocate(scales);
  logitEntropies = allocate(scales);
  logitEntropiesAtT1 = allocate(scales);
  logitMeans = allocate(scales);
  logitSlopes = allocate(scales);
  logitSpreads = allocate(scales);
  logitLevels = allocate(scales);
  // Gradients, and outputs of branches, are those of one trie or pass at a time.
  const few = floats((outputs + 4) * widthStride) + 64;
  gradFinalNormed = allocate(few);
  gradFinalInput = allocate(few);
  gradResidual = allocate(few);
  gradBranch = allocate(few);
  gradNormed = allocate(few);
  gradMixed = allocate(few);
  gradQueryKeyValue = allocate(3 * few);
  gradHidden = allocate(floats((outputs + 4) * hiddenStride));
  branchOutput = allocate(few);

  headKeys = allocate(floats(keyStride * headStride));
  headValues = allocate(floats(keyStride * headStride));
  headTransposed = allocate(floats(headStride * keyStride));
  headScores = allocate(floats(keyStride * keyStride));
  headOutput = allocate(floats(keyStride * headStride));
}
