/** The presets of the GRPO lab: what will happen and why, and where common advice does not hold. */
export const grpoPresets = {
  'preset.grpo.tool-choice-healthy': 'Tool choice: learns to commit',
  'preset.grpo.tool-choice-healthy.story':
    'A moderate learning rate and a little KL. The policy keeps trying tools until it knows which one is right: ' +
    'validation reward rises from 0.42 to 0.94 (20 of 20 runs), pass@4 from 0.60 to 1.00. Entropy falls here too, ' +
    'but late and together with reward. Try next: learning rate 6e-3 and KL 0 in a new run (preset “Entropy ' +
    'collapse”): it hedges on everything. The same change at step 40 of this run did little harm (14 of 16 runs ended ' +
    'above 0.75): by then the policy has met the right tools.',
  'preset.grpo.entropy-collapse': 'Entropy collapse: hedge on everything',
  'preset.grpo.entropy-collapse.story':
    'The same task at learning rate 6e-3 without KL. Hedging pays at once and right calls are rare, so within 40 ' +
    'steps the policy hedges on everything (19 of 20 runs). Training reward rises from 0.40 to 0.50 while right ' +
    'answers fall from 0.20 to 0 and pass@4 from 0.60 to 0. Then all rewards of a group are equal, the gradient is ' +
    '0, and nothing brings it back. Try next: learning rate 1e-3, or 50 warm-up steps.',
  'preset.grpo.entropy-collapse.caveat':
    'An entropy bonus, a higher temperature or KL is often advised. Here they hardly help: a bonus of 0.01 to 0.03 ' +
    'and temperature 1.3 each saved 0 of 10 runs, KL 0.1 saved 1 and KL 0.3 saved 3. Exploring at random is just ' +
    'what the safe reply punishes. Nor do newer cures: an entropy target of 0.1 or 0.3 and KL-Cov saved 0 of 16, Clip-Cov ' +
    'and dynamic sampling 2. What helped was to move slower early and to look at more samples: learning rate 1e-3 saved 10 of ' +
    '10, 50 warm-up steps 8, n = 16 saved 5.',
  'preset.grpo.stale-samples': 'Stale samples: eight steps behind',
  'preset.grpo.stale-samples.story':
    'Learning rate 2e-3 without KL, and every response comes from the policy of 8 steps ago, as where sampling and ' +
    'training run side by side. On-policy, 16 of 16 runs with these settings get more than 0.7 of the answers right; here ' +
    '1 does. The updates overshoot: by the time one shows in the samples, seven more have been made. Try next: rollout ' +
    'correction sequence-mask, with which 14 of 16 do, or learning rate 5e-4, which ends at 0.86.',
  'preset.grpo.stale-samples.caveat':
    'Truncating the weight of each token is the usual correction. Here it saves 9 of 16 runs, weights of whole responses ' +
    '14, cut off at 2 or left out beyond it; with 4 steps of staleness 7 get there without, 10, 13 and 14 with. At the healthy learning rate 4 steps of staleness cost nothing: 0.94 in reward, ' +
    'as on-policy.',
  'preset.grpo.gullible-verifier': 'Gullible verifier: wrong answers pass',
  'preset.grpo.gullible-verifier.story':
    'The verifier calls every other wrong answer right. A safe reply earns half a point and passes half of the time, so it ' +
    'is paid as well as a right call and is easier to learn. The reward that training is told of rises to 0.98; what was ' +
    'truly earned ends at 0.48, with 1% right answers. Try next: false positives 0.3, which still end at 0.86, or a hedge ' +
    'weight of 0: then even this verifier ends at 0.88.',
  'preset.grpo.gullible-verifier.caveat':
    'Noise is said to be harmless as long as right answers are paid more often. That holds here for passing wrong ones, up ' +
    'to 0.3. Denying right ones is worse: 0.2 ends at 0.86 and 0.3 at 0.23, because half a point for sure beats a point that ' +
    'is often denied.',
  'preset.grpo.healthy': 'Running sum: healthy',
  'preset.grpo.healthy.story':
    'n = 4, learning rate 5e-4 with 10 warm-up steps and cosine to a tenth, KL 0.02. Right answers on held-out ' +
    'prompts rise from 0.48 to about 0.88. Replies grow from 13.3 to 15.8 tokens, because working every step pays ' +
    'more than brevity. Try next: a constant learning rate of 3e-3 without KL (preset “Collapse”).',
  'preset.grpo.healthy-n8': 'Running sum: healthy, n = 8',
  'preset.grpo.healthy-n8.story':
    'The healthy run with 8 replies to each prompt. Larger groups are less often all alike, so more prompts teach ' +
    'something: it ends at 0.94 ± 0.02 instead of about 0.88, for twice the samples a step. Try next: 4 prompts per ' +
    'step. At equal numbers of samples n = 2, 4 and 8 ended alike.',
  'preset.grpo.healthy-n8.caveat':
    'A common reading of runs that peak early with n = 8: larger groups are less stable. Here it is the opposite. n ' +
    '= 8 ends higher than n = 4, and at 1.5e-3, where 14 of 15 runs with n = 2 collapse, n = 8 still ends at 0.74. A ' +
    'peak at an earlier step also means more samples in each step. RLOO, said to suit small groups, ended where the group ' +
    'mean did: 0.85 and 0.84 with n = 2, 0.91 and 0.91 with n = 8.',
  'preset.grpo.collapse': 'Collapse: peak, then zero',
  'preset.grpo.collapse.story':
    'Learning rate 3e-3, constant after 30 warm-up steps, no KL. Validation peaks at 0.75 by step 10 to 20, is at ' +
    '0.27 by step 40 and at 0.00 by step 100 (25 of 25 runs). Where answers tie, the shorter reply wins: length ' +
    'falls from 15.8 to 1 token, every group is dead, the gradient is 0. The gradient norm warns first, at step 18 ' +
    'to 36. Try next: 5e-4, which ends at 0.90.',
  'preset.grpo.collapse.caveat':
    'KL 0.01 or an entropy coefficient of 0.01 is often advised. At this learning rate neither is a cure, nor are KL ' +
    '0.05, cosine from 3e-3 or max gradient norm 0.1. No run crashed late, after a long plateau. And the exact 0.0 ' +
    'needs the small brevity reward: without it length does not collapse here. So this is one mechanism with the ' +
    'same signature as large runs that end at 0.0, not an explanation of them all.',
  'preset.grpo.collapse-n2': 'Collapse at n = 2',
  'preset.grpo.collapse-n2.story':
    'With two replies a group, scaling leaves only which one scored more: a slightly shorter reply counts as much as ' +
    'a right answer. At 2e-3 validation falls from 0.49 to 0.17 by step 10 and to 0.00 by step 100, without a rise ' +
    'first (10 of 10 runs). Try next: n = 8 or learning rate 5e-4. From 1.5e-3 they ended at 0.74 and 0.84; KL 0.3 ' +
    'only got to 0.49.',
  'preset.grpo.premature-convergence': 'Premature convergence',
  'preset.grpo.premature-convergence.story':
    'A constant 1.5e-3 without KL and without the brevity reward. Validation reaches 0.82, then slides to 0.61 ± ' +
    '0.09 while training stays at 0.91. Entropy falls from 0.19 to 0.03 and 83% of the groups are dead: the policy ' +
    'has settled on what works for its 64 training prompts. Try next: learning rate 5e-4, or more training prompts.',
  'preset.grpo.premature-convergence.caveat':
    'Some tuning notes describe a sudden crash after a long plateau at a constant learning rate. Here the decline is ' +
    'gradual and ends well above 0: a late crash did not appear in this miniature.',
  'preset.grpo.sampler-collapse': 'Sampler collapse: temperature 0.6',
  'preset.grpo.sampler-collapse.story':
    'At temperature 0.6 the replies of a group agree: the sampled entropy falls from 0.037 to 0.007 and 93% of the ' +
    'groups are dead. Training shows 0.98, but validation at temperature 1 ends at 0.75 ± 0.07. Entropy at T = 1 ' +
    'stays at 0.10 to 0.18, above a healthy run: the sampler lost its variety, not the policy. Try next: temperature ' +
    '1.',
  'preset.grpo.sampler-collapse.caveat':
    'Some tuning notes expect +15% from temperature 0.8 and top-p 0.9. Here they lift only the training curve, ' +
    'because a tail that is never sampled is never suppressed. On mini-vqa, temperature 0.8 gave a validation of ' +
    '0.88 and top-p 0.9 gave 0.79, against 0.90 with both at 1.',
  'preset.grpo.overfitting': 'Overfitting: 8 training prompts',
  'preset.grpo.overfitting.story':
    'Eight prompts are soon learned by heart. Training reaches 0.95, while validation, 0.62 at step 10, ends at 0.26 ' +
    '± 0.06: the training curve alone would look like a success. Try next: more training prompts. With 512, the same ' +
    'settings end at 0.89.',
  'preset.grpo.too-timid': 'Too timid: learning rate 5e-5',
  'preset.grpo.too-timid.story':
    'A tenth of the healthy learning rate. Nothing breaks, but little is learned: 0.66 at step 60, where 5e-4 is at ' +
    '0.84. A hundred times as much (5e-3) is at 0.00 by step 30. Try next: raise it tenfold while the run trains.',
  'preset.grpo.entropy-explosion': 'Entropy explosion',
  'preset.grpo.entropy-explosion.story':
    'An entropy coefficient of 0.3 pays more for random tokens than the task pays for right ones. Entropy climbs to ' +
    '2.4 nats (an even choice among all 16 tokens is 2.77) and validation is 0 by step 30 (5 of 5 runs). Try next: ' +
    '0.03, which is harmless here.',
  'preset.grpo.entropy-explosion.caveat':
    'An entropy coefficient of 0.01 is often advised against collapse. In this lab it does no harm, but it prevents ' +
    'the collapse neither on running-sum nor on tool-choice. On large models 0.001 has already been suspected of an ' +
    'explosion; verl’s default was 0.001 and is now 0.',
  'preset.grpo.thinking-grows': 'Thinking grows',
  'preset.grpo.thinking-grows.story':
    'The short answerer starts with about 8 tokens and 22% right answers. Brevity earns nothing here, and replies ' +
    'that work every step are right more often, so they win their groups: length grows from 7.8 to 15.8 tokens and ' +
    'validation from 0.22 to 0.84 ± 0.02. Length itself earns nothing; right answers do. Try next: brevity weight 0.1.',
  'preset.grpo.clipping-off': 'Four inner epochs without clipping',
  'preset.grpo.clipping-off.story':
    'Every batch of rollouts is used for 4 updates, and nothing holds the later ones back: the policy moves further ' +
    'than the samples justify and ends at 0.22 after 80 steps. With clip 0.2 it ends at 0.72, and with clip high 0.4 ' +
    'as well (15 runs each). With one inner epoch none of these settings does anything. Try next: ratio clipping on, or 1 inner epoch.',
  'preset.grpo.clipping-off.caveat':
    'Losses that do without PPO’s clip are said to be as stable. With 4 inner epochs, CISPO ended at 0.21, GPG at 0.24, ' +
    'KL-Cov at 0.17 and SAPO at 0.49, against 0.72 for clip and 0.73 for Clip-Cov (15 runs each); at learning rate 2e-4 CISPO ended ' +
    'at 0.83 and clip at 0.86. Clip high 0.28 made no difference: 0.76.',
  'preset.grpo.gspo-wide-clip': 'GSPO with PPO’s clip range',
  'preset.grpo.gspo-wide-clip.story':
    'GSPO clips one ratio for a whole response, the geometric mean over its tokens. It moves far less than a token’s, so a ' +
    'range of ± 0.2 seldom binds. With 4 inner epochs, 7 of 15 runs lose most of their answers and the mean ends at 0.41, ' +
    'where PPO’s clip of tokens ends at 0.72. Try next: clip low 0.03 and clip high 0.04, which end at 0.78.',
  'preset.grpo.gspo-wide-clip.caveat':
    'GSPO’s paper clips at 3e-4 and 4e-4: responses of thousands of tokens, whose mean ratio moves still less. A range does ' +
    'not carry over from one length to another, nor from one loss to another.',
  'preset.grpo.mini-batches': 'Four mini-batches',
  'preset.grpo.mini-batches.story':
    'Each batch of rollouts is split in four, with an update for each. At the same learning rate that is four times the ' +
    'way: after 80 steps at a constant 5e-4 it ends at 0.80, where one update a batch ends at 0.87. Try next: learning rate ' +
    '2.5e-4, which ends at 0.87 with four mini-batches too.',
  'preset.grpo.mini-batches.caveat':
    'Clipping is often named as what makes mini-batches safe. Here it does nothing (0.80 without): every sample is used ' +
    'once, and no response’s ratio leaves 1 by more than a sixth. It matters once samples are used again.',
  'preset.grpo.dynamic-sampling': 'Dynamic sampling: no dead groups',
  'preset.grpo.dynamic-sampling.story':
    'The healthy run, but groups whose responses all earn the same are thrown away, and further prompts sampled for up to ' +
    'three batches a step. Each update learns from groups that can teach: it ends at 0.92 instead of 0.88. Reward and dead ' +
    'groups tell of the groups that were kept. Try next: 21 prompts a step without the filter.',
  'preset.grpo.dynamic-sampling.caveat':
    'Dynamic sampling is said to save compute. At equal numbers of prompts it ends higher, but it samples 2.7 times as many ' +
    'responses. Given as many, plain GRPO ends where it does: 0.92 here, and on tool-choice 0.95 against 0.96.',
  'preset.grpo.one-token-short': 'One token too few',
  'preset.grpo.one-token-short.story':
    'A full answer takes 16 tokens and the limit is 15. In the first ten steps 47% of the responses are cut off and earn ' +
    'nothing, so what is short wins: length falls from 12 tokens to 2.5 and right answers to 0.01, although the reward, ' +
    'low from the start, does not look like a collapse. Try next: 16 tokens, which end at 0.90.',
  'preset.grpo.one-token-short.caveat':
    'Leaving cut-off responses out of the loss and punishing length softly are the usual advice. Neither makes room: they ' +
    'ended at 0.01 and 0. With room enough a soft punishment over the last 8 of 20 tokens does no harm (0.88), but at twice ' +
    'the price of a right answer it ends at 0.02.',
  'preset.grpo.vqa-healthy': 'Mini VQA: healthy',
  'preset.grpo.vqa-healthy.story':
    'Five rewards of 0.2 each, learning rate 5e-4, no KL. The total on held-out images rises from 0.64 to 0.90; ' +
    'noise limits it to about 0.95. The learning rate has a wide plateau: at step 120, 1e-4 is at 0.85, 5e-4 at ' +
    '0.89, 3e-3 at 0.91, but 1e-2 at 0.50. Try next: top-p 0.9, and compare training with validation.',
  'preset.grpo.vqa-healthy.caveat':
    'Some tuning notes advise answer-heavy weights, and temperature 0.8 with top-p 0.9. Here answer-heavy weights ' +
    'are no better than equal ones; temperature 0.8 gives a validation of 0.88; top-p 0.9 gives 0.79, although ' +
    'training shows 0.98.',
  'preset.grpo.vqa-answer-only': 'Mini VQA: only the answer is rewarded',
  'preset.grpo.vqa-answer-only.story':
    'All weight on the answer. What earns nothing drifts: well-formed replies go from 0.72 to 0.42 ± 0.28, which ' +
    'depends on the seed, and the plane from 0.60 to 0.45. Try next: a format weight of 0.2 while it trains, and see ' +
    'what it brings back and what it does not.',
  'preset.grpo.vqa-answer-only.caveat':
    'Some tuning notes say that dropping the format reward costs 15 to 20% of the answers, and that answer-heavy ' +
    'weights are better. Here dropping only the format weight left the answers unchanged (format 0.91), and ' +
    'answer-heavy weights made no difference. The damage comes when everything but the answer is dropped.',
} as const;
