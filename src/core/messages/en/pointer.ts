/** The pointer lab: its stages, parameters and options. Scores are means over 10 seeds from scratch unless said. */
export const pointer = {
  'lab.pointer.story':
    'For each query a pointer network picks two of ten candidates in order, as one picks examples for a prompt. What a ' +
    'choice is worth: how relevant both are (the second counts .7), minus how alike they are, plus how well the last one ' +
    'closes. A score of 1 is the best choice there is, 0 what random picks reach. It asks the question of a real tuning ' +
    'report: a second recipe, V3, did worse than the first, V2. Which of their many differences was it?',

  'stage.supervised': 'Supervised (V2)',
  'stage.supervised.story':
    'Each training query comes with its best choice, and cross-entropy makes that choice more probable: batches of 64, ' +
    '20 epochs, 160 steps.',
  'stage.rce': 'Reward-weighted (V3)',
  'stage.rce.story':
    'Each training query comes with eight choices of mixed quality (two from a noisy search, six random) and noisy ' +
    'rewards for them. Reward-weighted cross-entropy (RCE) learns all eight, each by its weight softmax(reward / ' +
    'temperature): one query at a time, 5 epochs, 2,560 steps.',
  'stage.grpo': 'RCE, then GRPO',
  'stage.grpo.story':
    'First the run as under RCE. Then the selector samples its own choices: 8 a query for 16 queries a step, each ' +
    'compared with its group, held near the policy that RCE left. The charts mark where GRPO begins.',

  'phase': 'Training phase',
  'phase.rce': 'RCE',
  'phase.grpo': 'GRPO',

  // Groups of parameters
  'group.stage': 'Stage',
  'group.optimizer': 'Optimiser',
  'group.regularisation': 'Regularisation',
  'group.rewards': 'Rewards',
  'group.grpo': 'GRPO',
  'group.model': 'Model',
  'group.data': 'Data',

  // Parameters
  'parameter.stage': 'Stage',
  'parameter.stage.hint':
    'What is learned from: the best choices (supervised), choices weighted by their rewards (RCE), or RCE and then the ' +
    'selector’s own samples (GRPO). Another stage brings its own defaults.',
  'parameter.warmStart': 'Start from',
  'parameter.warmStart.hint':
    'Fresh weights, or a selector trained first by the recipe of V2. From there V3 ends at 0.88 instead of 0.77, and ten ' +
    'times its learning rate, which helps from scratch, makes it worse: 0.83 (5 seeds).',
  'parameter.learningRate': 'Learning rate',
  'parameter.learningRate.hint':
    'How far an update moves the weights, outside of GRPO. V3 at 3e-5 / 3e-4 / 1e-3 / 3e-3 / 1e-2: 0.34 / 0.77 / 0.85 / ' +
    '0.82 / 0.48. V2 is best near 1e-2. Toy values: only ratios carry over.',
  'parameter.schedule': 'Schedule',
  'parameter.schedule.hint':
    'The learning rate after warm-up: constant, or falling until the phase ends. With single queries a high rate stays ' +
    'noisy to the end: V3 at 3e-3 ends at 0.82 constant and at 0.88 with cosine. GRPO gets a schedule of its own length.',
  'parameter.warmupSteps': 'Warm-up steps',
  'parameter.warmupSteps.hint':
    'The learning rate rises linearly over these first steps, in GRPO again. Higher starts more gently; here it changes ' +
    'little: V3 at 3e-3 ended at 0.82 with 0 and with 500.',
  'parameter.minLearningRateRatio': 'Minimum LR ratio',
  'parameter.minLearningRateRatio.hint':
    'Where a linear or cosine schedule ends, as a share of the learning rate: 0 falls to zero, 1 does not fall.',
  'parameter.batchSize': 'Batch size',
  'parameter.batchSize.hint':
    'Queries an update averages over. Larger: steadier, but fewer updates an epoch. V3 with 16 at its own rate gets 160 ' +
    'updates instead of 2,560 and ends at 0.49; with ten times the rate at 0.84 (5 seeds). A last part batch is left out.',
  'parameter.epochs': 'Epochs',
  'parameter.epochs.hint':
    'How often all 512 training queries are gone through before any GRPO. V3 with 10 instead of 5 rises from 0.77 to ' +
    '0.84: much of its gap to V2 is too little training. V2 with 5 instead of 20: 0.64.',
  'parameter.maxGradNorm': 'Max gradient norm',
  'parameter.maxGradNorm.hint':
    'A gradient with a larger norm is scaled down to this one. Norms of single queries are 2 to 6, so in V3 nearly every ' +
    'update is clipped. Adam rescales anyway: V2 with 0.1 ended at 0.84 instead of 0.85.',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    'Share of activations zeroed in cross-entropy updates, not in GRPO. Higher slows learning: V3 with 0.5 falls from 0.77 ' +
    'to 0.69. In V2 0 to 0.5 score alike; without it training reaches 0.99, a gap that does no harm here.',
  'parameter.attentionDropout': 'Attention dropout',
  'parameter.attentionDropout.hint':
    'Share of attention weights zeroed in cross-entropy updates. Hardly matters here: V2 ends at 0.85 with 0, 0.1 and 0.5.',
  'parameter.labelSmoothing': 'Label smoothing',
  'parameter.labelSmoothing.hint':
    'Share of the target spread evenly over all candidates that are left. Higher keeps the selector undecided. The effect ' +
    'on the score is small here: 0.1 in V2 0.86 instead of 0.85; 0 in V3 0.755 instead of 0.772 (5 seeds).',
  'parameter.weightDecay': 'Weight decay',
  'parameter.weightDecay.hint':
    'AdamW: every step multiplies the weights by 1 − learning rate × decay. Higher shrinks them; in runs this short 0.01 ' +
    'is hardly felt. 0 is off.',
  'parameter.rewardNoise': 'Reward noise',
  'parameter.rewardNoise.hint':
    'Standard deviation of the error in every reward, in units of utility. Higher: worse judgements to learn from. V3 ' +
    'ends at 0.77 with 0 and 0.5, and at 0.69 with 2.',
  'parameter.rewardTemperature': 'Reward temperature',
  'parameter.rewardTemperature.hint':
    'RCE weighs choices by softmax(reward / temperature). Lower trusts the top reward alone, noise included: V3 with 0.1 ' +
    'ends at 0.72. Higher uses more of the eight: 2 ends at 0.81 instead of 0.77.',
  'parameter.grpoLearningRate': 'GRPO learning rate',
  'parameter.grpoLearningRate.hint':
    'The learning rate of GRPO, whose optimiser starts anew. 3e-3 after RCE at 3e-3 ends at 0.87 (5 seeds). 1e-2 without ' +
    'KL wrecks the policy; in longer runs numbers overflow and the run stops.',
  'parameter.grpoEpochs': 'GRPO epochs',
  'parameter.grpoEpochs.hint':
    'How often GRPO goes through the training queries; 2 are 64 rollouts of 16 queries. More moves the policy further.',
  'parameter.queriesPerStep': 'Queries per step',
  'parameter.queriesPerStep.hint':
    'Queries in a rollout of GRPO, each with rollout n sampled choices. More gives a steadier gradient and fewer steps.',
  'parameter.rolloutN': 'Rollout n',
  'parameter.rolloutN.hint':
    'Choices sampled for each query: the group that advantages compare. At the default rate it hardly matters: 2, 8 and ' +
    '16 all ended at 0.75.',
  'parameter.innerEpochs': 'Inner epochs',
  'parameter.innerEpochs.hint':
    'Updates made on each rollout. At 1 the ratio of new to old policy is 1 and no clip setting acts. More reuses samples: ' +
    '1, 2 and 4 all ended at 0.75.',
  'parameter.klCoefficient': 'KL coefficient',
  'parameter.klCoefficient.hint':
    'Weight of the pull back to the policy that RCE left; 0 is off. Higher keeps what RCE learned while rewards are noisy: ' +
    '0 / 0.02 / 0.3 ended at 0.74 / 0.75 / 0.76, and at a GRPO rate of 3e-3 0.3 gave 0.80 instead of 0.76.',
  'parameter.clipLow': 'Clip low',
  'parameter.clipLow.hint':
    'Lower bound 1 − ε of the ratio of a whole choice: below it a bad choice is not pushed down any further. Smaller: more ' +
    'careful updates.',
  'parameter.clipHigh': 'Clip high',
  'parameter.clipHigh.hint':
    'Upper bound 1 + ε of the ratio of a whole choice: above it a good choice is not pushed up any further. Larger lets ' +
    'rare choices gain faster.',
  'parameter.width': 'Width',
  'parameter.width.hint':
    'Numbers that represent a query or a candidate. V2 with 16 / 32 / 64: 0.73 / 0.85 / 0.90. Larger is slower.',
  'parameter.layers': 'Attention layers',
  'parameter.layers.hint':
    'How often the query attends over its pool before it points. More did not help here: V2 with 2 ends at 0.84.',
  'parameter.heads': 'Attention heads',
  'parameter.heads.hint':
    'Parts into which attention splits the width. The number of weights stays the same; V2 with 4 ends at 0.85 as with 1.',
  'parameter.poolSize': 'Pool size',
  'parameter.poolSize.hint':
    'Candidates a query. More: more choices to tell apart, and more to learn from in each. V2 with 5 / 10 / 20: 0.78 / ' +
    '0.85 / 0.87. At most 10 with four picks, as all ordered choices are enumerated.',
  'parameter.shotNum': 'Picks',
  'parameter.shotNum.hint':
    'Candidates picked in order (shot_num). Each pick after the first takes those before it into account. V2 with 1 / 2 / ' +
    '3: 0.81 / 0.85 / 0.84, each against its own best choice.',
  'parameter.steps': 'Most steps',
  'parameter.steps.hint':
    'Ends the run after this many steps, whatever the epochs say; 0 is all epochs. Schedules stretch to it.',
  'parameter.validationEvery': 'Validate every',
  'parameter.validationEvery.hint':
    'Steps between evaluations on 400 held-out and 512 training queries; 0 is never. Smaller gives finer curves and slower ' +
    'runs. Without them there is no score, no best checkpoint and nothing to inspect.',

  // Options of choice parameters
  'option.stage.supervised': 'Supervised (V2)',
  'option.stage.rce': 'Reward-weighted (V3)',
  'option.stage.grpo': 'RCE, then GRPO',
  'option.warmStart.scratch': 'scratch',
  'option.warmStart.v2': 'a V2 checkpoint',
  'option.schedule.constant': 'constant',
  'option.schedule.linear': 'linear',
  'option.schedule.cosine': 'cosine',

  // Why a parameter changes nothing in this config
  'inert.onPolicy':
    'No effect with 1 inner epoch: the ratio of new to old policy is exactly 1, so there is nothing to clip.',
  'inert.constantSchedule': 'No effect with a constant schedule.',
} as const;
