/** The metrics of the GRPO lab: what they mean, what to look for, and where they mislead. */
export const grpoMetrics = {
  'metric.validation.reward': 'Validation reward',
  'metric.validation.reward.hint':
    'Mean weighted reward on held-out prompts, sampled at temperature 1 whatever the rollout settings. The score of ' +
    'tool-choice and mini-vqa. New reward weights change its scale, so compare runs only under equal weights.',
  'metric.validation.answer': 'Validation answers right',
  'metric.validation.answer.hint':
    'Share of right answers on held-out prompts, sampled at temperature 1. Dips of about 0.05 are noise of the ' +
    'sample. Greedy decoding would show about 1.0 on running-sum from the start and hide everything.',
  'metric.validation.passAt4': 'Validation pass@4',
  'metric.validation.passAt4.hint':
    'Share of held-out prompts with at least one right answer among 4 samples: what the policy can still find. If it ' +
    'falls while reward rises, answers are being given up: on tool-choice 0.60 → 0 in the collapse.',
  'metric.entropy': 'Policy entropy',
  'metric.entropy.hint':
    'Mean entropy per token of the tempered distribution that rollouts sample from, before top-p and top-k. A fall ' +
    'together with rising reward is normal. A fall to near 0 without it means no variety is left to learn from.',
  'metric.entropyAtT1': 'Entropy at T = 1',
  'metric.entropyAtT1.hint':
    'The same entropy without temperature: how undecided the policy itself is. If the tempered entropy is near 0 and ' +
    'this one is not, the sampler lost variety and not the policy. Both are equal at temperature 1.',
  'metric.entropy.decisive': 'Decisive-token entropy',
  'metric.entropy.decisive.hint':
    'Entropy at temperature 1 of the one token that chooses a tool or HEDGE; ln 6 = 1.79 nats is an even choice. A ' +
    'healthy run spends it late, together with reward. In the collapse it is gone by step 30, spent without reward.',
  'metric.reward': 'Training reward',
  'metric.reward.hint':
    'Mean weighted reward of this step’s rollouts, under their temperature, top-p and top-k. It can rise while the ' +
    'policy gets worse: from 0.40 to 0.50 in the collapse on tool-choice, while right answers fall to 0.',
  'metric.reward.answer': 'Answers right',
  'metric.reward.answer.hint':
    'Share of this step’s rollouts with a right answer, before weights. Well above the validation share: the ' +
    'training prompts are being learned by heart, or the rollouts are sampled more narrowly.',
  'metric.reward.hedge': 'Hedges',
  'metric.reward.hedge.hint':
    'Share of this step’s rollouts that give a valid HEDGE, before weights. It starts at 0.40. Towards 1 the policy ' +
    'has stopped trying tools, and every group scores alike.',
  'metric.reward.format': 'Well formed',
  'metric.reward.format.hint':
    'Share of this step’s rollouts in the exact form, before weights. If it falls, look at the rollouts below: a ' +
    'reply in the wrong form often cannot earn its other rewards.',
  'metric.reward.brevity': 'Brevity',
  'metric.reward.brevity.hint':
    'Mean of 1 − length / 20, before weights. A fully worked reply of 16 tokens scores 0.20; 0.95 is a single token, ' +
    'the end of a length collapse.',
  'metric.reward.plane': 'Plane right',
  'metric.reward.plane.hint':
    'Share of this step’s rollouts with the right plane in its tag, before weights. It counts in badly formed ' +
    'replies too. Starts near 0.60.',
  'metric.reward.modality': 'Modality right',
  'metric.reward.modality.hint':
    'Share of this step’s rollouts with the right modality in its tag, before weights. It counts in badly formed ' +
    'replies too. Starts near 0.51.',
  'metric.reward.caption': 'Caption',
  'metric.reward.caption.hint':
    'Mean cosine between the words in the think tags and the true finding and side, before weights: 1 is exactly ' +
    'those two words, 0 is neither of them.',
  'metric.responseLength': 'Response length',
  'metric.responseLength.hint':
    'Mean tokens per reply, <eos> included. On running-sum a fully worked reply has 16. A rise together with reward ' +
    'is thinking that pays; a fast fall below 60% of its peak is a length collapse.',
  'metric.rewardTrue': 'True reward',
  'metric.rewardTrue.hint':
    'The same mean as a verifier without errors would give it. Training reward above it: wrong answers are being paid. ' +
    'If it stays flat while training reward rises, what is learned is what fools the verifier.',
  'metric.truncatedShare': 'Truncated replies',
  'metric.truncatedShare.hint':
    'Share of this step’s rollouts that reached the max response length without an <eos>. A cut reply is badly formed and ' +
    'mostly earns nothing, so a rise is a length limit that is too tight, or a policy that no longer ends.',
  'metric.deadGroups': 'Dead groups',
  'metric.deadGroups.hint':
    'Share of groups whose n rewards are all equal. Their advantages are 0, so they teach nothing. Late in a healthy ' +
    'run many are all right (up to 0.75 on running-sum); near 1 at a low reward, learning has ended.',
  'metric.generatedGroups': 'Groups generated',
  'metric.generatedGroups.hint':
    'Groups that this step sampled to get its live ones: what filtering costs. It starts near the prompts per step and ' +
    'rises as answers become sure; at the most that is allowed, dead groups fill the step up.',
  'metric.covariance': 'Covariance',
  'metric.covariance.hint':
    'Of a token’s log-prob and its advantage, over this step’s tokens. The entropy falls by about this × what a step ' +
    'moves (Cui et al. 2025): positive where likely tokens are rewarded, and near 0 once nothing is left to decide.',
  'metric.entropyCoefficient': 'Adaptive entropy coef.',
  'metric.entropyCoefficient.hint':
    'Where the controller stands after this step: 0.005 higher if the entropy was at most its target, else lower, ' +
    'within 0 and 1. It gives a bonus only in steps after such an entropy. A steady climb: the bonus is too weak.',
  'metric.gradNorm': 'Gradient norm',
  'metric.gradNorm.hint':
    'Norm of the whole gradient before clipping, mean over inner epochs. On running-sum a lasting rise to 1.5 × its ' +
    'early level is the first sign of collapse. Near 0 there is nothing to learn from, and a higher learning rate ' +
    'cannot help.',
  'metric.kl': 'KL to reference',
  'metric.kl.hint':
    'Distance from the warm start: token mean of k3, also when the KL coefficient is 0. Healthy running-sum stays ' +
    'below 0.07; lasting values above 0.5 are an alarm there, but usual on tool-choice. Dropout makes it look larger ' +
    'than it is.',
  'metric.policyLoss': 'Policy loss',
  'metric.policyLoss.hint':
    'Near 0 by construction with one inner epoch (exactly 0 with seq-mean-token-mean): the ratio is 1 and the ' +
    'advantages of a group sum to 0. So 0 means neither success nor overfitting. TRL’s loss adds β · KL and the ' +
    'entropy bonus.',
  'metric.clipFraction': 'Clip fraction',
  'metric.clipFraction.hint':
    'Share of tokens whose ratio was clipped, mean over inner epochs. Always 0 with one inner epoch. A growing share ' +
    'means that updates go further than the clip range allows.',
  'metric.samplingMismatch': 'Sampling mismatch',
  'metric.samplingMismatch.hint':
    'Mean |log-prob when sampled − log-prob before the update|, nats per token. About 0 unless top-p, top-k, dropout, ' +
    'staleness or rollout precision make them differ. Temperature does not: both sides divide by it.',
  'metric.learningRate': 'Learning rate',
  'metric.learningRate.hint':
    'The rate of this step, after warm-up, schedule and live changes. A toy value: only its ratio to the best one ' +
    'means anything for a real model.',
  'level.largest': 'best possible',
  'level.hedge': 'always hedge',
} as const;
