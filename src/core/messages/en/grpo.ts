/** The GRPO lab: its tasks, parameters and options. Numbers are means over at least 5 seeds. */
export const grpo = {
  // The lab and its tasks
  'lab.grpo.story':
    'For each prompt the policy samples a group of n responses; those that score above the mean of their group ' +
    'become more likely. A transformer with about 27,000 parameters is trained this way in your tab, and every curve ' +
    'comes from that training.',
  'task.tool-choice': 'Tool choice: commit or hedge',
  'task.tool-choice.story':
    'Each question needs one of five tools: “sum 3 4 ?” needs ADD 3 4. The right call earns 1, a wrong call 0, and ' +
    'the vague reply HEDGE always 0.5. At the start 20% of the replies are right. A policy that becomes sure too ' +
    'early hedges on everything: all replies of a group earn 0.5, and there is nothing left to learn from.',
  'task.running-sum': 'Running sum: think in steps',
  'task.running-sum.story':
    'Add four digits modulo 10: the answer to 4 2 6 8 = is 0. The policy may work it out first: <think> 4 2 6 ; 6 6 ' +
    '2 ; 2 8 0 ; </think> 0. A right answer earns 1, and brevity up to 0.1. The long thinker starts with 11% right ' +
    'when it answers at once and 68% when it works all three steps.',
  'task.mini-vqa': 'Mini VQA: structured answers',
  'task.mini-vqa.story':
    'The prompt is an “image” of 11 noisy patches and a question: which finding, or which side? The policy replies ' +
    'in tags: <think> nodule left </think> <answer> nodule </answer> <plane> axial </plane> <mod> CT </mod>. Format, ' +
    'answer, plane, modality and caption earn up to 0.2 each; the noise limits the total to about 0.95.',

  // Groups of parameters
  'group.optimizer': 'Optimiser',
  'group.rollout': 'Rollout',
  'group.objective': 'Objective',
  'group.regularisation': 'Regularisation',
  'group.rewards': 'Reward weights',
  'group.data': 'Task and model',

  // Parameters
  'parameter.task': 'Task',
  'parameter.task.hint':
    'What the tiny model learns to do. Another task brings its own prompts, rewards, warm start and default values.',
  'parameter.learningRate': 'Learning rate',
  'parameter.learningRate.hint':
    'How far one update moves the weights. Higher learns faster; too high settles on a bad habit for good. Toy ' +
    'values: 5e-4 to 1e-3 suit these tasks; verl and TRL default to 1e-6. Only ratios to the best value carry over.',
  'parameter.schedule': 'Schedule',
  'parameter.schedule.hint':
    'The learning rate after warm-up: constant; falling at once, in several cosines or at the end alone; or as ' +
    '1/√step. From 1e-3 on running-sum cosine ended at 0.89, constant at 0.73. From 3e-3 cosine did not prevent the ' +
    'collapse.',
  'parameter.warmupSteps': 'Warm-up steps',
  'parameter.warmupSteps.hint':
    'The learning rate rises linearly over these first steps. More gives the policy time to look around: 50 saved 8 ' +
    'of 10 runs on tool-choice at 6e-3. On running-sum at 3e-3, 30 did not prevent the collapse. 0: none.',
  'parameter.minLearningRateRatio': 'Minimum LR ratio',
  'parameter.minLearningRateRatio.hint':
    'Where a falling schedule ends, and each fall before a restart, as a share of the learning rate: 0 falls to zero, ' +
    '0.1 to a tenth, 1 does not fall. Higher keeps learning, and drifting, to the end.',
  'parameter.decaySteps': 'Decay steps',
  'parameter.decaySteps.hint':
    'The last steps, over which warmup-stable-decay falls along a half-cosine. More falls earlier, closer to cosine; ' +
    'fewer keep the full rate longer. With more than there are after warm-up, it starts part of the way down.',
  'parameter.restarts': 'Restarts',
  'parameter.restarts.hint':
    'How many times cosine-restarts falls from the full rate, one half-cosine after another; 1 is cosine. More makes ' +
    'each fall shorter. Each return to the full rate moves a settled policy again, for better or worse.',
  'parameter.maxGradNorm': 'Max gradient norm',
  'parameter.maxGradNorm.hint':
    'A gradient with a larger norm is scaled down to this one. Healthy norms here are about 0.5, so 1 rarely acts. ' +
    'Lower has little effect, because Adam rescales gradients anyway: 0.1 did not prevent the collapse at 3e-3.',
  'parameter.beta1': 'Adam β1',
  'parameter.beta1.hint':
    'A step follows the running mean of about the last 1/(1 − β1) gradients: 10 at 0.9. Higher evens out the noise ' +
    'of batches, but moves on for longer where it no longer pays. Lower follows each batch; 0 has no momentum.',
  'parameter.beta2': 'Adam β2',
  'parameter.beta2.hint':
    'Divides a step by the root mean square of about the last 1/(1 − β2) gradients: 1,000 at 0.999, 20 at 0.95 ' +
    '(ms-swift). Lower adapts sooner. Higher is steadier, but the first large gradient after small ones moves ' +
    'weights further.',
  'parameter.epsilon': 'Adam ε',
  'parameter.epsilon.hint':
    'Added to the root mean square that divides a step. Far below a weight’s usual gradients it changes nothing. ' +
    'Higher shrinks the steps of small gradients first; far above all of them, Adam is momentum SGD at the rate ' +
    'divided by ε.',
  'parameter.innerEpochs': 'Inner epochs',
  'parameter.innerEpochs.hint':
    'Updates made on each batch of rollouts. At 1 the ratio of new to old policy is 1 and no clip setting acts. More ' +
    'reuses samples and needs clipping: with 4, running-sum ended at 0.72 with clipping and near 0.2 without.',
  'parameter.promptsPerStep': 'Prompts per step',
  'parameter.promptsPerStep.hint':
    'Each step takes this many prompts, with rollout n responses to each. More gives a steadier gradient and slower ' +
    'steps. With 32 responses a step, n = 2, 4 and 8 ended alike on running-sum (0.65 to 0.67).',
  'parameter.rolloutN': 'Rollout n',
  'parameter.rolloutN.hint':
    'Responses to each prompt: the group that advantages compare. Larger groups are less often all alike and learn ' +
    'in fewer steps, but each step costs more. Early dead groups on running-sum: 56% at n = 2, 23% at 4, 4% at 8.',
  'parameter.temperature': 'Temperature',
  'parameter.temperature.hint':
    'Divides the logits, in sampling and in training log-probs alike. Lower: replies of a group agree, more dead ' +
    'groups, a prettier training curve. Higher: more variety and more errors. Validation always samples at 1.',
  'parameter.topP': 'Top-p',
  'parameter.topP.hint':
    'Samples only from the likeliest tokens that together reach this probability; 1 is off. The tail is never ' +
    'sampled, so never suppressed: on mini-vqa 0.9 gave training 0.98 but validation 0.79, against 0.90 without.',
  'parameter.topK': 'Top-k',
  'parameter.topK.hint':
    'Samples only from the k likeliest tokens; 0 is off. Smaller k hides more of the tail from training, while ' +
    'validation samples from all tokens. On mini-vqa k = 3 cost little: 0.89 against 0.90.',
  'parameter.maxResponseLength': 'Max response length',
  'parameter.maxResponseLength.hint':
    'Tokens after which a reply is cut off; without its <eos> it is badly formed. A tool call takes 7, a running sum ' +
    'up to 16, mini-vqa 14: below that the full form cannot be learned. Above it, more changes little.',
  'parameter.klCoefficient': 'KL coefficient',
  'parameter.klCoefficient.hint':
    'Weight of the pull back to the warm start (the reference); 0 is off. Higher slows drift: on running-sum, n = 2, ' +
    '1e-3, 260 steps, 0 gave 0.42 and 0.1 gave 0.61. It does not cure a learning rate that is far too high.',
  'parameter.klEstimator': 'KL estimator',
  'parameter.klEstimator.hint':
    'How the KL is estimated from d = log π − log π_ref of each sampled token: k1 = d, k2 = d²/2, k3 = exp(−d) + d − ' +
    '1. As a loss, k1 has no mean gradient on-policy; k2 and k3 pull back. The chart shows k3. verl cuts k3 off at 10.',
  'parameter.entropyCoefficient': 'Entropy coefficient',
  'parameter.entropyCoefficient.hint':
    'Weight of a bonus for entropy; 0 is off. Higher pays for random tokens: on running-sum 0.03 is harmless, 0.3 ends ' +
    'all right answers by step 30; on tool-choice 0.01 to 0.03 saved 0 of 10 runs. TRL always takes the token mean.',
  'parameter.aggregation': 'Loss aggregation',
  'parameter.aggregation.hint':
    'How token losses become one: token-mean counts tokens alike; seq-mean-token-mean counts replies alike, so a ' +
    'token of a short reply weighs more; sums keep long replies heavy. Short answerer, 5e-4: token-mean 0.75, ' +
    'seq-mean-token-mean 0.46.',
  'parameter.clipping': 'Ratio clipping',
  'parameter.clipping.hint':
    'PPO clipping: a token whose probability has already moved past the clip range in its favoured direction gets no ' +
    'more gradient. Off: with 4 inner epochs running-sum ended near 0.2 instead of 0.72.',
  'parameter.clipLow': 'Clip low',
  'parameter.clipLow.hint':
    'Lower bound 1 − ε of the ratio: below it a token of a bad reply is not pushed down any further. Smaller: more ' +
    'careful updates. Larger: more is unlearned from one batch.',
  'parameter.clipHigh': 'Clip high',
  'parameter.clipHigh.hint':
    'Upper bound 1 + ε of the ratio: above it a token of a good reply is not pushed up any further. DAPO sets 0.28 ' +
    'to leave room for rare tokens. With 4 inner epochs on running-sum 0.2 and 0.4 both ended at 0.72.',
  'parameter.dualClip': 'Dual clip',
  'parameter.dualClip.hint':
    'Caps the loss of a bad reply’s token at c × |advantage|: a ratio above c gives no gradient. Lower caps earlier; ' +
    '0 is off. By default verl uses 3, TRL and ms-swift (delta) none.',
  'parameter.weightDecay': 'Weight decay',
  'parameter.weightDecay.hint':
    'AdamW: every step multiplies the weights by 1 − learning rate × decay. A short run barely feels it: 0.1 at 5e-4 ' +
    'takes off 0.6% in 120 steps. Higher shrinks the warm start away. 0 is off.',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    'Share of each block’s output that is zeroed in updates; rollout, reference and validation run without. Higher ' +
    'hurts here: 0.1 took validation from 0.88 to 0.78 and showed a false KL of 0.6 to 1.4, as the reference drops ' +
    'nothing.',
  'parameter.labelSmoothing': 'Label smoothing',
  'parameter.labelSmoothing.hint':
    'Adds ε × the vocabulary mean of −log p to each token’s loss: a steady pull towards equal probabilities, ' +
    'whatever the reward. Higher keeps entropy up, also where one token is right. In a warm start 0.1 broke the ' +
    'format.',
  'parameter.rewardWeights.answer': 'Answer weight',
  'parameter.rewardWeights.answer.hint':
    'Reward for a right answer. Higher makes the other rewards matter less. With group scaling only the ratios of ' +
    'the weights count, and at n = 2 only which of the two replies scores more.',
  'parameter.rewardWeights.hedge': 'Hedge weight',
  'parameter.rewardWeights.hedge.hint':
    'Reward for a valid HEDGE, whatever the question. At 0.5, hedging pays more than calling a tool while fewer than ' +
    'half of the calls are right. Higher deepens the trap; lower lets committing pay sooner.',
  'parameter.rewardWeights.format': 'Format weight',
  'parameter.rewardWeights.format.hint':
    'Reward for a reply in the exact form. Higher secures the form first. 0 on tool-choice and running-sum, where a ' +
    'wrong form earns no answer reward either. Dropping it on mini-vqa left answers unchanged, format at 0.91.',
  'parameter.rewardWeights.brevity': 'Brevity weight',
  'parameter.rewardWeights.brevity.hint':
    'Reward 1 − length / 20 for every reply, right or wrong. Even 0.1 decides groups whose answers tie. At a ' +
    'learning rate of 3e-3 that ends in replies of one token; with 0 the length does not collapse here.',
  'parameter.rewardWeights.plane': 'Plane weight',
  'parameter.rewardWeights.plane.hint':
    'Reward for the right image plane in its tag, judged apart from the rest of the reply. Higher favours this tag ' +
    'over the others; at 0 nothing teaches it: with only the answer rewarded it fell from 0.60 to 0.45.',
  'parameter.rewardWeights.modality': 'Modality weight',
  'parameter.rewardWeights.modality.hint':
    'Reward for the right modality (CT, MRI, XR, US) in its tag, judged apart from the rest of the reply. Higher ' +
    'favours this tag over the others; at 0 nothing teaches it.',
  'parameter.rewardWeights.caption': 'Caption weight',
  'parameter.rewardWeights.caption.hint':
    'Reward for naming the true finding and side between the think tags (cosine of the two bags of words). Higher ' +
    'makes the thinking match the image; at 0 its words earn nothing of their own.',
  'parameter.trainingPrompts': 'Training prompts',
  'parameter.trainingPrompts.hint':
    'How many different prompts training cycles through; validation uses others. Few are learned by heart: with 8 on ' +
    'running-sum at 1e-3 training reached 0.95 and validation fell to 0.26; with 512 it reached 0.89.',
  'parameter.warmStart': 'Warm start',
  'parameter.warmStart.hint':
    'The supervised model that GRPO starts from and that KL pulls back to. Shipped ones load at once. “Train here” ' +
    'makes one in this tab first, with your width, layers, heads, dropout and smoothing, and takes much longer to ' +
    'begin.',
  'parameter.warmStartDropout': 'Warm-start dropout',
  'parameter.warmStartDropout.hint':
    'Dropout while the warm start is trained here. On running-sum a start trained with 0.1 began at 0.60 instead of ' +
    '0.48 (10 seeds each). GRPO itself drops out only what Dropout says.',
  'parameter.warmStartLabelSmoothing': 'Warm-start smoothing',
  'parameter.warmStartLabelSmoothing.hint':
    'Label smoothing while the warm start is trained here. Higher leaves more probability on every wrong token: 0.1 ' +
    'cut the well-formed replies on running-sum from 0.97 to 0.65.',
  'parameter.width': 'Width',
  'parameter.width.hint':
    'Numbers that represent one token. On running-sum 24 starts as well as 32 but learns less (0.75 against 0.89), ' +
    'and 16 cannot add. Larger is slower.',
  'parameter.layers': 'Layers',
  'parameter.layers.hint':
    'Transformer blocks. At width 32 one layer cannot add on running-sum; two can. Each further layer makes every ' +
    'step slower.',
  'parameter.heads': 'Attention heads',
  'parameter.heads.hint':
    'Parts into which attention splits the width; each part looks at its own positions. More parts are narrower; the ' +
    'number of weights stays the same.',
  'parameter.steps': 'Steps',
  'parameter.steps.hint':
    'Length of the run; one step is rollout, reward and update. Linear and cosine schedules stretch to it, so it ' +
    'changes the learning rate at every step, not only where the run ends; warmup-stable-decay moves its fall.',
  'parameter.replicas.hint':
    'Copies trained side by side with seed, seed + 1, …; charts show their mean and spread. One run proves little: ' +
    'at 5e-3 on tool-choice 17 of 20 seeds collapse. More replicas make each step slower.',
  'parameter.seed.hint':
    'Decides the warm start, the prompts and every random draw. The same settings, seed and engine give the same ' +
    'curves bit for bit; another seed shows what was luck.',
  'parameter.validationEvery': 'Validate every',
  'parameter.validationEvery.hint':
    'Steps between validations on held-out prompts; 0 is never. Smaller gives a finer curve and earlier findings, ' +
    'but slower runs. Without validation, overfitting stays unseen and no best checkpoint is kept.',

  // Options of choice parameters, with the spelling of the frameworks where they have one
  'option.task.tool-choice': 'Tool choice',
  'option.task.running-sum': 'Running sum',
  'option.task.mini-vqa': 'Mini VQA',
  'option.schedule.constant': 'constant',
  'option.schedule.linear': 'linear',
  'option.schedule.cosine': 'cosine',
  'option.schedule.cosine-restarts': 'cosine-restarts',
  'option.schedule.inverse-sqrt': 'inverse-sqrt',
  'option.schedule.warmup-stable-decay': 'warmup-stable-decay (WSD)',
  'option.klEstimator.k1': 'k1 (kl)',
  'option.klEstimator.k2': 'k2 (mse)',
  'option.klEstimator.k3': 'k3 (low_var_kl)',
  'option.aggregation.token-mean': 'token-mean (DAPO)',
  'option.aggregation.seq-mean-token-mean': 'seq-mean-token-mean (GRPO)',
  'option.aggregation.seq-mean-token-sum': 'seq-mean-token-sum',
  'option.aggregation.seq-mean-token-sum-norm': 'seq-mean-token-sum-norm (Dr. GRPO)',
  'option.warmStart.tool-choice': 'shipped',
  'option.warmStart.running-sum-long': 'shipped: long thinker',
  'option.warmStart.running-sum-short': 'shipped: short answerer',
  'option.warmStart.mini-vqa': 'shipped',
  'option.warmStart.train': 'train here',

  // Why a parameter changes nothing in this config
  'inert.onPolicy':
    'No effect here with 1 inner epoch and 1 mini-batch: with one update per rollout batch the ratio of new to old policy is exactly 1.',
  'inert.clippingOff': 'No effect while ratio clipping is off.',
  'inert.noKl': 'No effect while the KL coefficient is 0.',
  'inert.constantSchedule': 'No effect with a constant schedule.',
  'inert.inverseSqrt': 'No effect with inverse-sqrt, which falls to no end.',
} as const;
