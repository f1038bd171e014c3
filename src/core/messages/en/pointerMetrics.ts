/** The metrics of the pointer lab: what they mean, what to look for, and where they mislead. */
export const pointerMetrics = {
  'metric.validationScore': 'Validation score',
  'metric.validationScore.hint':
    'Mean score of the most probable picks for 400 held-out queries: 1 is always the best choice, 0 random. Its standard ' +
    'deviation between seeds is about 0.015, so look at several before you believe a difference of 0.02.',
  'metric.trainScore': 'Training score',
  'metric.trainScore.hint':
    'The same on the 512 training queries, without dropout. The shaded gap is what does not carry over. Low on both: too ' +
    'little training, and regularising more makes it worse.',
  'metric.trainLoss': 'Training loss',
  'metric.trainLoss.hint':
    'Cross-entropy a pick over the step’s batch, with dropout, smoothing and reward weights as trained. Stages differ in ' +
    'what it is made of: do not compare V2’s with V3’s. One query a step is noisy: smooth it.',
  'metric.validationLoss': 'Validation loss',
  'metric.validationLoss.hint':
    'Cross-entropy a pick of the best choices for held-out queries, without smoothing. It can rise while the score does: ' +
    'it asks how probable the best choice is, the score what the chosen one is worth.',
  'metric.entropy': 'Pick entropy',
  'metric.entropy.hint':
    'How undecided a pick is, mean over the picks for held-out queries; ln 10 = 2.30 nats is an even choice among ten. ' +
    'Smoothing and soft reward weights keep it up; GRPO lowers it.',
  'metric.kl': 'KL to RCE policy',
  'metric.kl.hint':
    'k3 estimate of the distance from the policy that RCE left, nats a choice, over the sampled choices before each ' +
    'rollout’s updates. 0 at the first rollout.',
  'metric.policyLoss': 'GRPO loss',
  'metric.policyLoss.hint':
    'Clipped policy loss plus KL term of the first inner epoch. The policy part is 0 there by construction (the ratio is ' +
    '1, advantages of a group sum to 0): what is left is KL coefficient × KL.',
  'metric.gradNorm': 'Gradient norm',
  'metric.gradNorm.hint':
    'Norm of the whole gradient before clipping, in GRPO the mean over inner epochs. Larger with small batches: about 1 ' +
    'in V2, 2 to 6 in V3.',
  'metric.learningRate': 'Learning rate',
  'metric.learningRate.hint':
    'The rate of this step, after warm-up, schedule and live changes; from where GRPO begins, its own.',

  'level.oracle': 'best choice',
  'level.random': 'random',
} as const;
