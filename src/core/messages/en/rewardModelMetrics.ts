/** The metrics of the reward-model lab and the levels in their charts. */
export const rewardModelMetrics = {
  'metric.validationLoss': 'Validation loss',
  'metric.validationLoss.hint':
    'Mean −log σ(chosen − rejected) on held-out pairs, without dropout, margin or smoothing. The band is the standard error of its ' +
    'change since the evaluation before: a step smaller than two of them says nothing.',
  'metric.trainLossEvaluated': 'Training loss, evaluated',
  'metric.trainLossEvaluated.hint':
    'The same loss on up to 1,000 training pairs, measured like the validation loss: with the weights of now and without ' +
    'dropout. Only this one may be compared with it; the gap between the two is what was memorised.',
  'metric.trainLoss': 'Training loss, as logged',
  'metric.trainLoss.hint':
    'The loss of the steps as frameworks log it: mean over the last epoch’s worth of steps, with dropout, margin, centring ' +
    'and smoothing. It lags behind the model, so early on it lies above the validation loss.',
  'metric.accuracy': 'Accuracy',
  'metric.accuracy.hint':
    'Share of held-out pairs in which the chosen answer has the higher reward. Known to about ± 2 points with 500 pairs. ' +
    'It cannot pass the oracle, since labels are noisy.',
  'metric.overconfidence': 'Over-confidence',
  'metric.overconfidence.hint':
    'How sure the model is of its preferences, mean σ(|margin|), minus how often it is right. 0 is calibrated; 0.1 means ' +
    '10 points surer than right. It lifts the loss while accuracy stands still.',
  'metric.rewardMargin': 'Reward margin',
  'metric.rewardMargin.hint':
    'Mean of chosen − rejected reward on held-out pairs. It grows as the model gets better, and goes on growing when it ' +
    'only gets surer.',
  'metric.validationLoss.standardError': 'Error of the loss',
  'metric.validationLoss.standardError.hint':
    'Standard error of the validation loss itself, over pairs. It counts when two runs with different validation pairs ' +
    'are compared; a change within one run has a much smaller one.',
  'metric.validationLoss.pairedError': 'Error of its change',
  'metric.validationLoss.pairedError.hint':
    'Standard error of the change of the validation loss since the evaluation before, taken pair by pair: the pairs are ' +
    'the same, so what makes one hard cancels.',
  'metric.oracleAccuracy': 'Oracle accuracy',
  'metric.oracleAccuracy.hint':
    'Share of held-out pairs in which the answer of higher utility was chosen: what a model that knew every word’s worth ' +
    'would reach with these labels.',
  'metric.gradNorm': 'Gradient norm',
  'metric.gradNorm.hint':
    'Norm of the gradient over all trained weights, before clipping. About 1.2 in healthy runs; near 0 once every ' +
    'training pair is known by heart.',
  'metric.learningRate': 'Learning rate',
  'metric.learningRate.hint': 'The rate of this step, after warm-up, schedule and live changes.',

  'level.chance': 'chance, ln 2',
  'level.oracle': 'oracle',
  'level.coin': 'coin toss',
  'level.calibrated': 'calibrated',
} as const;
