export { adamW } from './adamW';
export {
  accumulate, accumulateProduct, accumulateScaled, binary, binaryGradient, dot, dropoutFactors, gatherMean,
  gatherMeanGradient, matMul, matMulScratch, normRows, normRowsGradient, softmaxRows, softmaxRowsGradient, sum, unary,
  unaryGradient, unitRows, unitRowsGradient,
} from './arrays';
export {
  crossEntropy, entropies, grpoLoss, klTerm, policyTerm, targetLogProbs, termClipped, termSlope, termValue,
} from './loss';
export { allocate } from './memory';
export { product } from './product';
export { rollout, samplingDistribution } from './rollout';
export {
  configure, finalNormed, logits, outputAdvantages, outputDecisive, outputLogProbs, outputMasks, outputOldLogProbs,
  outputReferenceLogProbs, outputRows, outputSamplingLogProbs, outputTargets, outputWeights, rolloutEntropies,
  rolloutLogProbs, rolloutProbabilities, rolloutPrompts, rolloutTokens, rowDraws, rowPositions, rowTokens, segments, totals,
} from './shape';
export { backward, forward, openPass, setDropout } from './transformer';
export {
  allocateWeights, clearGradients, loadTransposed, loadWeights, policyPanels, referencePanels, storeGradients,
} from './weights';
