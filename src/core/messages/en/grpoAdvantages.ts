/** The GRPO lab's knobs between sampling and loss: which groups count, what rewards tell, how they become advantages. */
export const grpoAdvantages = {
  'parameter.filterGroups': 'Filter dead groups',
  'parameter.filterGroups.hint':
    'DAPO’s dynamic sampling: dead groups are thrown away and further prompts sampled until the step has its live ' +
    'groups. On: each update learns from all its groups, and costs more sampling. Reward and length tell of those kept.',
  'parameter.maxGenerationBatches': 'Generation batches',
  'parameter.maxGenerationBatches.hint':
    'Most batches of prompts sampled for a step. Higher finds more live groups at a higher price. What is missing then ' +
    'is filled up with dead ones; verl’s DAPO recipe stops with an error there, and ms-swift takes its first batch.',
  'parameter.advantageEstimator': 'Advantage estimator',
  'parameter.advantageEstimator.hint':
    'What a reward is compared with. grpo: the group’s mean. rloo: the mean of the others. reinforce-baseline: whitens ' +
    'over tokens. opo: weighs by length. pass-k: only the best reply counts, by its lead. gdpo: normalises each reward ' +
    'alone.',
  'parameter.advantageScale': 'Advantage scaling',
  'parameter.advantageScale.hint':
    'What (reward − group mean) is divided by. With the group’s standard deviation every group counts alike, so a ' +
    'tiny difference in length counts fully when answers tie; at n = 2 only the order is left. None: gaps keep their ' +
    'size.',
  'parameter.stdFloor': 'σ floor',
  'parameter.stdFloor.hint':
    'Added to the standard deviation that divides: 1e-4 in TRL and ms-swift, 1e-6 in verl. Higher damps groups whose ' +
    'rewards differ by less than that; lower scales even those up in full. With gaps of 0.001 both ended at 0.88.',

  'parameter.entropyTarget': 'Entropy target',
  'parameter.entropyTarget.hint':
    'Moves the entropy coefficient by 0.005 a step, from its knob’s value: up while the entropy is at most this, else ' +
    'down; above it there is no bonus. Higher keeps more randomness: on running-sum 0.1 ended at 0.81, 0.3 at 0.43. 0: off.',
  'parameter.verifierFalsePositive': 'False positives',
  'parameter.verifierFalsePositive.hint':
    'Share of wrong answers that training is told are right; validation judges truly. Higher pays for wrong answers ' +
    'and revives dead groups with noise. As long as right ones are still paid more often, the mean direction stays.',
  'parameter.verifierFalseNegative': 'False negatives',
  'parameter.verifierFalseNegative.hint':
    'Share of right answers that training is told are wrong, as a strict parser or a timeout does; validation judges ' +
    'truly. Higher makes progress slower and noisier: late, almost every difference in a group is an error.',
  'parameter.overlongBuffer': 'Overlong buffer',
  'parameter.overlongBuffer.hint':
    'DAPO’s soft punishment: over the last so many tokens before the max response length, the reward falls in a ' +
    'straight line by the penalty. Larger: it sets in earlier and also presses on replies that end. 0: none.',
  'parameter.overlongPenalty': 'Overlong penalty',
  'parameter.overlongPenalty.hint':
    'What a reply at the max response length loses. Higher shortens replies more firmly, at the expense of what else is ' +
    'rewarded: above the reward of a right answer, being brief pays more than being right. 0: nothing.',

  'option.advantageEstimator.grpo': 'grpo: group mean',
  'option.advantageEstimator.rloo': 'rloo: leave one out',
  'option.advantageEstimator.reinforce-baseline': 'reinforce-baseline (REINFORCE++)',
  'option.advantageEstimator.opo': 'opo: length-weighted mean',
  'option.advantageEstimator.pass-k': 'pass-k: lead of the best',
  'option.advantageEstimator.gdpo': 'gdpo: rewards one by one',
  'option.advantageScale.group': 'group std (GRPO)',
  'option.advantageScale.batch': 'batch std',
  'option.advantageScale.none': 'none (Dr. GRPO)',

  'inert.noOverlongBuffer': 'No effect while the overlong buffer is 0.',
  'inert.ownScale': 'No effect with this estimator, which divides by nothing or scales in a way of its own: only grpo and pass-k read it.',
  'inert.notDivided': 'No effect here: advantages are divided by nothing.',
  'inert.ownFloor': 'No effect here: reinforce-baseline adds a floor of its own, 1e-8, to the variance that it whitens by.',
} as const;
