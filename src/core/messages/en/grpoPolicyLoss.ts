/** The GRPO lab's variants: who samples, what the ratio of new to old probability does, what the KL is for. */
export const grpoPolicyLoss = {
  'parameter.miniBatches': 'Mini-batches',
  'parameter.miniBatches.hint':
    'Updates that each pass over the rollouts makes, on as many disjoint sets of prompts. At 1 (with 1 inner epoch) the ' +
    'ratio stays 1. More learns faster from the same samples; the later ones train on a policy that did not sample them.',
  'parameter.staleness': 'Staleness',
  'parameter.staleness.hint':
    'Responses come from the policy of so many steps ago, as where sampling and training run side by side. Higher trains ' +
    'on what an older policy would say: 4 cost nothing at the healthy rates; at twice that, tool-choice lost 9 of 16 runs.',
  'parameter.rolloutPrecision': 'Rollout precision',
  'parameter.rolloutPrecision.hint':
    'How the sampler alone rounds its weights, as an inference engine does. Fewer bits sample faster on real hardware, ' +
    'but from another distribution than is trained. Here fp8 ended at 0.89, corrected or not, as float32 does.',
  'parameter.klCorrection': 'KL correction',
  'parameter.klCorrection.hint':
    'Weighs the KL estimate by the ratio of new to old probability, through which its gradient flows too: k3 then pulls ' +
    'as k2 does on-policy. On by default since TRL 1.13; verl’s k3+ has the same aim. Off: the plain estimate.',
  'parameter.klInReward': 'KL in the reward',
  'parameter.klInReward.hint':
    'Takes β · KL of each reply off its reward instead of adding it to the loss: advantages compare what is left. verl ' +
    'and PPO-style recipes do so. A group whose replies drift alike then feels no pull. Off: in the loss.',
  'parameter.klController': 'KL controller',
  'parameter.klController.hint':
    'fixed: the coefficient stays. adaptive: it grows while the measured KL is above the target and shrinks below it, by ' +
    'at most 20 % of responses / horizon a step (Ziegler et al. 2019).',
  'parameter.klTarget': 'KL target',
  'parameter.klTarget.hint':
    'The KL per token that the adaptive controller steers to. Lower holds the policy closer to the warm start; higher ' +
    'lets it drift further before the coefficient grows.',
  'parameter.klHorizon': 'KL horizon',
  'parameter.klHorizon.hint':
    'Responses over which the adaptive controller corrects an error. Smaller reacts within a few steps and may swing; ' +
    'larger hardly moves in a short run: verl’s 10,000 is some 300 steps of 32 responses here.',
  'parameter.policyLoss': 'Policy loss',
  'parameter.policyLoss.hint':
    'What the ratio of new to old probability does. clip: PPO. gspo: one ratio a reply. cispo: clips the weight, not the ' +
    'gradient. clip-cov, kl-cov: tame tokens of high covariance. gpg: no ratio. sapo: a soft gate.',
  'parameter.covarianceShare': 'Covariance share',
  'parameter.covarianceShare.hint':
    'Share of tokens singled out by the covariance of log-prob and advantage, at least one: with some 300 tokens a step, ' +
    'verl’s 2e-4 is one. Higher slows the loss of entropy more, and learning with it.',
  'parameter.covarianceLow': 'Covariance from',
  'parameter.covarianceLow.hint':
    'Clip-Cov singles out among tokens whose covariance is above this. Higher leaves fewer to choose from; above all of ' +
    'them the loss is the plain one.',
  'parameter.covarianceHigh': 'Covariance up to',
  'parameter.covarianceHigh.hint':
    'Clip-Cov leaves tokens alone whose covariance is above this. Lower spares the most extreme ones; below “from” none ' +
    'is singled out.',
  'parameter.klCovCoefficient': 'KL-Cov coefficient',
  'parameter.klCovCoefficient.hint':
    'What the tokens that KL-Cov singles out pay for each nat by which their log-prob has moved since the rollout. Higher ' +
    'holds them more firmly; the others feel nothing. Their paper uses 1, verl’s default is 0.1.',
  'parameter.sapoPositive': 'SAPO τ, positive',
  'parameter.sapoPositive.hint':
    'How steeply the soft gate of a good reply’s tokens closes as their ratio leaves 1. Higher closes sooner, like a ' +
    'narrower clip range; lower lets tokens move further.',
  'parameter.sapoNegative': 'SAPO τ, negative',
  'parameter.sapoNegative.hint':
    'The same for tokens of bad replies, whose gradient spreads over all other tokens. Higher than the positive one is ' +
    'more careful there: the paper’s default is 1.05 against 1.',
  'parameter.rolloutCorrection': 'Rollout correction',
  'parameter.rolloutCorrection.hint':
    'Weighs each token’s policy loss by trainer probability / sampler probability, for it was another policy that ' +
    'sampled. token-truncate caps each weight; sequence-… take their product over the reply; mask drops replies beyond.',
  'parameter.rolloutCorrectionThreshold': 'Correction limit',
  'parameter.rolloutCorrectionThreshold.hint':
    'The largest weight: those above it are cut to it, or dropped by sequence-mask. Lower is steadier and more biased; ' +
    'higher lets single tokens or replies outweigh the rest. verl and ms-swift: 2; TRL: 3.',
  'parameter.maskTruncated': 'Mask truncated',
  'parameter.maskTruncated.hint':
    'Leaves replies that were cut off at the max response length out of the loss; they still count in their group’s ' +
    'mean. On: nobody is punished for running out of room, so nothing presses on length either.',

  'option.rolloutPrecision.float32': 'float32',
  'option.rolloutPrecision.bfloat16': 'bfloat16',
  'option.rolloutPrecision.fp8': 'fp8 (e4m3)',
  'option.klController.fixed': 'fixed',
  'option.klController.adaptive': 'adaptive',
  'option.policyLoss.clip': 'clip (PPO, GRPO)',
  'option.policyLoss.gspo': 'gspo: ratio a reply',
  'option.policyLoss.cispo': 'cispo: clipped weight',
  'option.policyLoss.clip-cov': 'clip-cov',
  'option.policyLoss.kl-cov': 'kl-cov',
  'option.policyLoss.gpg': 'gpg: no ratio',
  'option.policyLoss.sapo': 'sapo: soft gate',
  'option.rolloutCorrection.off': 'off',
  'option.rolloutCorrection.token-truncate': 'token-truncate (TIS)',
  'option.rolloutCorrection.sequence-truncate': 'sequence-truncate',
  'option.rolloutCorrection.sequence-mask': 'sequence-mask (MIS)',

  'inert.lossWithoutClip': 'No effect with this policy loss, which has no such bound.',
  'inert.sameLossOnPolicy':
    'No difference here with 1 inner epoch and 1 mini-batch: with one update per rollout batch the ratio is exactly 1, and this loss has the gradient of the plain one.',
  'inert.noMismatch': 'No effect here: the sampler is the policy in training, so that every weight is 1 but for rounding.',
  'inert.klInReward': 'No effect while the KL is in the reward: the loss has none.',

  'metric.ratio.max': 'Largest ratio',
  'metric.ratio.max.hint':
    'The largest ratio of new to old probability that the loss took of a token in this step. It starts at 1 in every ' +
    'step; the further the updates of one batch go, the larger it gets.',
  'metric.ratio.sequence': 'of a reply',
  'metric.ratio.sequence.hint':
    'The largest geometric mean of a reply’s ratios, which GSPO clips: single tokens that jump hardly show in it.',
  'metric.stalenessKl': 'Sampler KL',
  'metric.stalenessKl.hint':
    'Mean log-prob when sampled − log-prob under the policy before the step, nats per token: KL(sampler ‖ trainer). 0 ' +
    'on-policy; verl’s guide calls more than 0.01 a precision problem.',
  'metric.rolloutCorrectionWeight': 'Correction weight',
  'metric.rolloutCorrectionWeight.hint':
    'Mean weight of the rollout correction. Below 1, the limit or the mask takes something away; verl’s guide sees ' +
    'trouble outside 0.5 to 2.',
  'metric.klCoefficient': 'KL coefficient',
  'metric.klCoefficient.hint': 'β of the KL in the reward, as the adaptive controller has it in this step.',
} as const;
