/**
 * The covariance of the sampled tokens' log-probability and advantage, over the tokens of each replica's batch: `[R]`, nats.
 * With log-probabilities that a step moves by about the learning progress times the advantage, the entropy falls by about
 * this (Cui et al. 2025, 'The Entropy Mechanism of RL', eq. 7; verl's `clip_cov` ranks tokens by its terms).
 *
 * @param logProbs under the sampling distribution, `[R · B × width]`
 * @param advantages `[R · B]`
 * @param lengths tokens a response, `[R · B]`
 */
export function logProbAdvantageCovariance(
  replicas: number,
  { logProbs, width, advantages, lengths }: {
    readonly logProbs: Float32Array;
    readonly width: number;
    readonly advantages: ArrayLike<number>;
    readonly lengths: Int32Array;
  },
): Float64Array {
  const sequences = lengths.length / replicas;
  return Float64Array.from({ length: replicas }, (_, replica) => {
    const from = replica * sequences;
    let [tokens, logProbSum, advantageSum] = [0, 0, 0];
    for (let i = from; i < from + sequences; i++) {
      for (let t = 0; t < lengths[i]!; t++) logProbSum += logProbs[i * width + t]!;
      advantageSum += advantages[i]! * lengths[i]!;
      tokens += lengths[i]!;
    }
    const logProbMean = logProbSum / tokens;
    const advantageMean = advantageSum / tokens;
    let products = 0;
    for (let i = from; i < from + sequences; i++) {
      let deviations = 0;
      for (let t = 0; t < lengths[i]!; t++) deviations += logProbs[i * width + t]! - logProbMean;
      products += deviations * (advantages[i]! - advantageMean);
    }
    return products / tokens;
  });
}
