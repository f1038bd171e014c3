export { adamW, adamWKnobs } from './adamW';
export { binary, binaryGradient, dropoutFactors, unary, unaryGradient } from './elementwise';
export {
  crossEntropy, entropies, grpoLoss, klTerm, logProbRows, policyTerm, targetLogProbs, termClipped, termSlope, termValue,
} from './loss';
export { matMul, matMulScratch } from './matMul';
export { allocate } from './memory';
export { product } from './product';
export { loadKeyValues, storeKeyValues, storeLogProbs } from './remembered';
export {
  gatherMean, gatherMeanGradient, normRows, normRowsGradient, softmaxRows, softmaxRowsGradient, unitRows, unitRowsGradient,
} from './rows';
export { roundToBfloat16, roundToFp8 } from './rounding';
export { draw, openDraws, samplingDistribution } from './sampling';
export {
  configure, drawIndices, drawLogits, drawnLogProbs, drawnTokens, finalNormed, grpoKnobs, keptRows, logitRows, logits, outputAdvantages,
  outputDecisive, outputLogProbs, outputLogits, outputMasks, outputOldLogProbs, outputPolicyWeights, outputReferenceLogProbs,
  outputSamplingLogProbs, outputSingledOut, outputTargets, outputWeights, rowDraws, rowParents, rowPositions, rowSlots, rowTokens, samplingEntropies,
  samplingProbabilities, segments, totals,
} from './shape';
export { accumulate, accumulateScaled, dot, sum } from './sums';
export { backward, backwardRows } from './backward';
export { computedRows, forward, openPass, openTrie, setDropout } from './transformer';
export { keepRows } from './trie';
export { fusesMultiplyAdd } from './vector';
export {
  allocateWeights, clearGradients, loadTransposed, loadWeights, policyPanels, referencePanels, storeGradients,
} from './weights';
