export { adamW, adamWKnobs } from './adamW';
export { binary, binaryGradient, dropoutFactors, unary, unaryGradient } from './elementwise';
export {
  crossEntropy, entropies, grpoLoss, klTerm, policyTerm, targetLogProbs, termClipped, termSlope, termValue,
} from './loss';
export { matMul, matMulScratch } from './matMul';
export { allocate } from './memory';
export { product } from './product';
export { rollout, samplingDistribution } from './rollout';
export {
  gatherMean, gatherMeanGradient, normRows, normRowsGradient, softmaxRows, softmaxRowsGradient, unitRows, unitRowsGradient,
} from './rows';
export {
  configure, finalNormed, grpoKnobs, logits, outputAdvantages, outputDecisive, outputLogProbs, outputMasks, outputOldLogProbs,
  outputReferenceLogProbs, outputRows, outputSamplingLogProbs, outputTargets, outputWeights, rolloutEntropies,
  rolloutLogProbs, rolloutProbabilities, rolloutPrompts, rolloutTokens, rowDraws, rowPositions, rowTokens, segments, totals,
} from './shape';
export { accumulate, accumulateScaled, dot, sum } from './sums';
export { backward, forward, openPass, setDropout } from './transformer';
export { fusesMultiplyAdd } from './vector';
export {
  allocateWeights, clearGradients, loadTransposed, loadWeights, policyPanels, referencePanels, storeGradients,
} from './weights';
