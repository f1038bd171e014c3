/** The GRPO lab's knobs of how rewards become advantages: estimators, scaling, floors. */
export const grpoAdvantages = {
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
    'rewards differ by less than that; lower scales even those up in full. Where they differ by 0.1 nothing changes.',

  'option.advantageEstimator.grpo': 'grpo: group mean',
  'option.advantageEstimator.rloo': 'rloo: leave one out',
  'option.advantageEstimator.reinforce-baseline': 'reinforce-baseline (REINFORCE++)',
  'option.advantageEstimator.opo': 'opo: length-weighted mean',
  'option.advantageEstimator.pass-k': 'pass-k: lead of the best',
  'option.advantageEstimator.gdpo': 'gdpo: rewards one by one',
  'option.advantageScale.group': 'group std (GRPO)',
  'option.advantageScale.batch': 'batch std',
  'option.advantageScale.none': 'none (Dr. GRPO)',

  'inert.ownScale': 'No effect with this estimator, which divides by nothing or scales in a way of its own: only grpo and pass-k read it.',
  'inert.notDivided': 'No effect here: advantages are divided by nothing.',
  'inert.ownFloor': 'No effect here: reinforce-baseline adds a floor of its own, 1e-8, to the variance that it whitens by.',
} as const;
