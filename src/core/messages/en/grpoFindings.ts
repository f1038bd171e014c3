/** The findings of the GRPO lab. Numbers in evidence come from the detector: scores from 0 to 1, entropy and KL in nats a token. */
export const grpoFindings = {
  'finding.gradient-spike': 'Gradient spike',
  'finding.gradient-spike.evidence': 'Gradient norm {norm}: {times} times its level in steps 5 to 10 ({baseline}).',
  'finding.gradient-spike.cause':
    'A few updates have moved the policy so far that the next gradients are large and point elsewhere. This is the earliest sign of a collapse: length and validation still look fine.',
  'finding.gradient-spike.fix':
    'Lower the learning rate. Clipping the norm harder does not help: in the preset “Collapse”, a limit of 0.1 saved no run, while 5e-4 instead of 3e-3 ended at 0.90.',

  'finding.kl-blow-up': 'KL blow-up',
  'finding.kl-blow-up.evidence': 'KL divergence from the reference {kl} nats a token; healthy runs stay below 0.07.',
  'finding.kl-blow-up.cause':
    'The policy has left the model it started from faster than it learned the task. What the reference knew (format, step by step work) is being overwritten.',
  'finding.kl-blow-up.fix':
    'Lower the learning rate. A KL coefficient slows a mild drift, but 0.05 did not hold a learning rate of 3e-3.',
  'finding.kl-blow-up.dropout.evidence': 'KL divergence from the reference {kl} nats a token, measured with dropout on.',
  'finding.kl-blow-up.dropout.cause':
    'The policy drops units while its reference does not, so the two differ even where nothing was learned. A rate of 0.1 alone gives a KL of 0.6 to 1.4.',
  'finding.kl-blow-up.dropout.fix': 'Turn dropout off. On running-sum a rate of 0.1 took validation from 0.88 to 0.78.',

  'finding.length-collapse': 'Length collapse',
  'finding.length-collapse.evidence': 'Responses of {length} tokens on average; they were {longest} before.',
  'finding.length-collapse.cause':
    'When all answers of a group are equally wrong, the small reward for brevity is the only difference left, and standard-deviation scaling makes it a full-sized one. The policy learns to stop thinking. This is one mechanism with this signature, not the only one.',
  'finding.length-collapse.fix':
    'Lower the learning rate. With groups of 2, n = 8 saves a run too (0.74 instead of 0 at a learning rate of 1.5e-3).',

  'finding.dead-groups': 'Dead groups',
  'finding.dead-groups.evidence': 'In {sharePercent}% of the groups all responses earn the same. Right answers in training: {answersPercent}%.',
  'finding.dead-groups.cause':
    'An advantage is a reward minus its group’s mean. Where all responses are equally right or equally wrong, every advantage is 0 and the group teaches nothing.',
  'finding.dead-groups.fix':
    'If answers are wrong, the policy stopped exploring too early: lower the learning rate, or sample more responses a prompt (n = 2 starts with 56% dead groups, n = 8 with 4%). If they are right, these prompts have been learned.',
  'finding.dead-groups.sampler.evidence':
    'In {sharePercent}% of the groups all responses earn the same, sampled from a narrowed distribution. Right answers in training: {answersPercent}%.',
  'finding.dead-groups.sampler.cause':
    'A temperature below 1, top-p or top-k makes the responses of a group copies of each other. With equal rewards every advantage is 0, although the policy itself could still give different answers.',
  'finding.dead-groups.sampler.fix':
    'Sample the whole policy: temperature 1, top-p 1, top-k off. At 0.6, running-sum ended with 93% dead groups and validation at 0.75, with training at 0.98.',
  'finding.dead-groups.nothing.evidence':
    'In {sharePercent}% of the groups all responses earn the same, and that is next to nothing: a reward of {reward} out of {largest}.',
  'finding.dead-groups.nothing.cause':
    'Nearly every response is wrong, malformed or cut off, so hardly any response earns more than the others of its group and nothing can be learned.',
  'finding.dead-groups.nothing.fix':
    'Read a few responses below the charts. If they stop before their answer, allow more tokens (a call of a tool needs 7); if they are scrambled, lower the learning rate or the entropy coefficient and start again; if they are right, give the answer a weight.',
  'finding.dead-groups.weightless.evidence': 'No response can earn anything: all reward weights are 0.',
  'finding.dead-groups.weightless.cause':
    'An advantage is a weighted reward minus its group’s mean. With all weights at 0 every advantage is 0, whatever the policy writes.',
  'finding.dead-groups.weightless.fix': 'Give at least one reward a weight above 0.',

  'finding.gradient-vanished': 'Gradient vanished',
  'finding.gradient-vanished.evidence': 'Gradient norm {norm}: the policy no longer changes.',
  'finding.gradient-vanished.cause':
    'Almost no group has a spread of rewards any more, so almost no advantage differs from 0. Where the policy stands now, it stays. It is the end of a collapse, not its cause.',
  'finding.gradient-vanished.fix':
    'Training on will not bring it back. Restart, or go back to a checkpoint from before the first finding, with a lower learning rate.',

  'finding.entropy-collapse': 'Entropy collapse',
  'finding.entropy-collapse.evidence': 'Entropy of the sampled distribution {entropy} nats a token; at temperature 1 {entropyAtT1}.',
  'finding.entropy-collapse.cause':
    'The policy has become certain of nearly every token, and what is no longer sampled can no longer be rewarded. That is a warning, not a failure by itself: look at validation to see whether it was certain of the right thing.',
  'finding.entropy-collapse.fix':
    'Lower the learning rate, so that certainty grows with reward. An entropy bonus of 0.01 with KL 0.05 did not cure it here.',
  'finding.entropy-collapse.sampler.evidence': 'Entropy of the sampled distribution {entropy} nats a token, but {entropyAtT1} at temperature 1.',
  'finding.entropy-collapse.sampler.cause':
    'The temperature below 1 took the diversity out of the samples; the policy still has it. The rare continuations are never drawn in training, so they are never corrected, and validation at temperature 1 meets them.',
  'finding.entropy-collapse.sampler.fix':
    'Sample at temperature 1. At 0.6, running-sum reached 0.98 in training and only 0.75 in validation.',
  'finding.entropy-collapse.unrewarded.evidence':
    'Entropy spent without reward: in {deadPercent}% of the groups all responses earn the same, at a reward of {reward} out of {largest}. Entropy of the deciding token: {entropy} nats.',
  'finding.entropy-collapse.unrewarded.cause':
    'Early on, the safe reply pays more often than any tool, so a fast policy becomes sure of it before it has found the right tools. Once all answers of a group hedge, they all earn the same and nothing is left to learn from. A healthy run loses entropy too, but late and together with reward.',
  'finding.entropy-collapse.unrewarded.fix':
    'Move slower early on. From a learning rate of 6e-3, 1e-3 saved 10 of 10 runs, 50 warm-up steps saved 8, n = 16 saved 5. An entropy bonus of 0.01 to 0.03 saved none: exploring at random is what the safe reply punishes.',
  'finding.entropy-collapse.partly.evidence':
    'In {deadPercent}% of the groups all responses earn the same, at a reward of {reward} out of {largest}: part of the groups agree on the right tool, the rest on the safe reply. Entropy of the deciding token: {entropy} nats.',
  'finding.entropy-collapse.partly.cause':
    'For some questions the policy is already sure of the safe reply, and their groups teach nothing any more. The other groups still do, so a run in this state can recover: the three that were seen ended at 0.75, 0.89 and 0.95.',
  'finding.entropy-collapse.partly.fix':
    'Look at validation first. While it rises, nothing needs to change; where it stands still, a lower learning rate gives the rest of the questions more time.',

  'finding.entropy-explosion': 'Entropy explosion',
  'finding.entropy-explosion.evidence': 'Entropy {entropy} nats a token, up from {early}, while the reward ({reward}) does not rise.',
  'finding.entropy-explosion.cause':
    'Something rewards the policy for being unsure more than the task rewards it for being right. With a large entropy coefficient, random text is the best policy.',
  'finding.entropy-explosion.fix':
    'Turn the entropy bonus off or make it small: with 0.3, validation was 0 by step 30 in all of 5 runs; 0.03 did no harm. Without a bonus, lower the learning rate.',

  'finding.validation-drop': 'Validation drop',
  'finding.validation-drop.evidence': 'Validation {before} and then {score}, after {best} at step {bestStep}.',
  'finding.validation-drop.cause':
    'On prompts that it does not train on, the policy gets worse. Two evaluations in a row are needed: a single one can dip this far by chance.',
  'finding.validation-drop.fix':
    'Keep the best checkpoint. If training reward still rises, the prompts are being memorised: use more of them. If it falls too, lower the learning rate.',

  'finding.overfitting': 'Overfitting',
  'finding.overfitting.evidence': 'Training {training}, validation {validation}: a gap of {gap}.',
  'finding.overfitting.cause':
    'The policy gets right what it trains on and not what it has never seen. A few prompts come back so often that their answers can be learned by heart.',
  'finding.overfitting.fix':
    'Use more training prompts: at the same learning rate of 1e-3, 8 prompts ended at 0.26 in validation and 512 at 0.89.',
  'finding.overfitting.sampler.evidence': 'Training {training} from a narrowed distribution, validation {validation} at temperature 1: a gap of {gap}.',
  'finding.overfitting.sampler.cause':
    'The gap is the sampler’s. A temperature below 1, top-p or top-k lifts the training score without changing the policy, and validation samples all of it.',
  'finding.overfitting.sampler.fix':
    'Sample the whole policy in training: temperature 1, top-p 1, top-k off. Compare training and validation only at the same setting.',

  'finding.underfitting.evidence': 'Validation ended at {to}, where it had begun: {from}.',
  'finding.underfitting.cause':
    'The policy has hardly moved: the updates were too small, or the rewards of a group too rarely differ for them to point anywhere.',
  'finding.underfitting.fix':
    'Look at the dead groups and the gradient norm: with few dead groups, raise the learning rate; with many, change what is sampled.',

  'finding.stale-policy': 'Stale policy',
  'finding.stale-policy.evidence':
    'Responses come from the policy of {staleness} steps ago, which is {kl} nats a token away from the one in training. Beyond {limit} runs went wrong.',
  'finding.stale-policy.cause':
    'What an older policy wrote is judged and then reinforced in one that would have written something else. By the time an update shows in the samples several more have been made, so they overshoot.',
  'finding.stale-policy.fix':
    'Weigh whole responses by what the trainer thinks of them (rollout correction), or lower the learning rate or the staleness. In the preset “Stale samples”, sequence-mask saved 14 of 16 runs and token-truncate 9; 1 went well without.',

  'finding.truncation': 'Responses cut off',
  'finding.truncation.evidence': '{sharePercent}% of the responses are cut off at {most} tokens.',
  'finding.truncation.cause':
    'A response that runs out of room earns nothing for its answer. What is short enough wins, right or not, so the policy learns to answer without thinking.',
  'finding.truncation.fix':
    'Allow more tokens. In the preset “One token too few”, neither leaving such responses out of the loss nor punishing length softly helped.',

  'finding.truncation.grown.evidence': '{sharePercent}% of the responses are cut off at {most} tokens, where hardly any was at the start.',
  'finding.truncation.grown.cause':
    'Responses have grown until they meet the limit. Either the policy no longer ends them, because what it writes has come apart (entropy and KL tell), or longer ones earn more and there is no more room.',
  'finding.truncation.grown.fix':
    'Read a few responses below the charts. If they are scrambled, start again with a lower learning rate and no entropy bonus; if they are right as far as they go, allow more tokens.',

  'finding.verifier-exploited': 'Verifier exploited',
  'finding.verifier-exploited.evidence': 'Training is told of a reward of {told}, and has earned {earned} out of {largest}.',
  'finding.verifier-exploited.cause':
    'The verifier calls part of the wrong answers right. A wrong answer that passes often enough is worth as much as a right one and easier to learn, so the policy becomes sure of it while the reported reward rises.',
  'finding.verifier-exploited.fix':
    'Read responses below the charts, and judge a sample by hand. On tool-choice, false positives of 0.3 still ended at 0.86 right answers, 0.4 at 0.3, 0.5 at 0.01; at 0.5 a safe reply that is paid for nothing else ended at 0.88.',

  'finding.verifier-exploited.strict.evidence': '{hedgesPercent}% of the replies are safe ones, and right answers are denied their point.',
  'finding.verifier-exploited.strict.cause':
    'The verifier calls part of the right answers wrong. A reply that earns half a point for sure then beats one whose full point is often denied, and the more so where the policy is not yet often right.',
  'finding.verifier-exploited.strict.fix':
    'Make the verifier accept what is right in another form, or pay less for the safe reply. On tool-choice, false negatives of 0.1 ended at 0.92 right answers, 0.2 at 0.86, 0.3 at 0.23.',

  'finding.ratio-blow-up': 'Ratio blow-up',
  'finding.ratio-blow-up.evidence':
    'The largest ratio of new to old probability that a whole response has, as the geometric mean over its tokens, is {ratio}; runs that learn stay below 1.25.',
  'finding.ratio-blow-up.cause':
    'Each batch of rollouts is used for several updates, and together they take the policy further than its samples can tell of: the later ones reinforce what an older policy did.',
  'finding.ratio-blow-up.fix':
    'Clip each token’s ratio, make fewer updates of a batch, or lower the learning rate. With 4 inner epochs on running-sum, clipping ended at 0.72, GSPO with the same range at 0.41, CISPO at 0.21.',

  'remedy.correct-rollouts':
    'Correct for the older sampler: a response that the trainer finds less likely counts less, and one that it finds more than twice as likely is left out.',
  'remedy.unpaid-safe-reply': 'Pay nothing for the safe reply: what the verifier lets pass is paid for already.',
  'remedy.lower-learning-rate.tool-choice': 'Move slower: the policy then meets the right tools before it has become sure of the safe reply.',
  'remedy.no-entropy-bonus': 'Turn the entropy bonus off: it rewards the policy for being unsure.',
  'remedy.fewer-inner-epochs': 'Take one update per rollout: later ones learn from responses of a policy that is gone.',
  'remedy.clip-ratios': 'Turn ratio clipping on: it holds the later updates of a rollout close to the policy that sampled it.',
  'remedy.more-prompts': 'Use more training prompts: so many are hard to learn by heart.',
  'remedy.whole-policy': 'Sample the whole policy, so that the responses of a group differ and rare ones are corrected, too.',
  'remedy.cooler-sampling': 'Sample at temperature 1: exploring at random is what the safe reply punishes.',
  'remedy.token-mean': 'Weigh all tokens equally: under a mean per sequence the tokens of a short response weigh more.',
  'remedy.room-for-answers': 'Allow more tokens: a response that is cut off before its answer earns nothing.',
  'remedy.no-dropout': 'Turn dropout off: the policy that learns is then the one that sampled.',
  'remedy.no-label-smoothing': 'Turn label smoothing off: it rewards random tokens as an entropy bonus does.',
} as const;
