/** The reward-model lab: what it is, its parameters and their options. Measured outcomes are means over 12 seeds. */
export const rewardModel = {
  'lab.reward-model.story':
    'People chose the better of two answers; a model learns to give the chosen one the higher reward. Its base was ' +
    'pre-trained and stays frozen; small adapters and a reward head are trained. Watch what the training loss, the ' +
    'validation loss and accuracy each say, and what they do not.',

  'group.optimizer': 'Optimiser',
  'group.adapter': 'Adapter',
  'group.regularisation': 'Regularisation',
  'group.objective': 'Objective',
  'group.data': 'Data',

  'parameter.learningRate': 'Learning rate',
  'parameter.learningRate.hint':
    'How far one update moves the weights. Validation loss after 4 epochs: 0.67 at 3e-4 (too little learned), 0.56 at 1e-3 ' +
    'and at 3e-3, 0.57 at 1e-2 and at 3e-2. A toy value: only its ratio to the best one means anything for a real model.',
  'parameter.schedule': 'Schedule',
  'parameter.schedule.hint':
    'What the learning rate does after warm-up. Linear and cosine ended alike (0.560 and 0.558); a constant rate keeps ' +
    'learning and memorising to the end: 0.571, with training at 0.46 instead of 0.49.',
  'parameter.warmupRatio': 'Warm-up ratio',
  'parameter.warmupRatio.hint':
    'Share of the steps over which the learning rate rises to its full value. Here it changes nothing that can be ' +
    'measured: 0, 0.1 and 0.3 ended at 0.558, 0.560 and 0.560.',
  'parameter.warmupSteps': 'Warm-up steps',
  'parameter.warmupSteps.hint':
    'The same as a number of steps; 0 leaves it to the ratio. For a run of another length the ratio keeps its meaning, ' +
    'this does not.',
  'parameter.minLearningRateRatio': 'Minimum LR ratio',
  'parameter.minLearningRateRatio.hint':
    'Where linear and cosine end, as a share of the learning rate: 0 goes down to nothing, 1 does not fall at all. ' +
    'Higher memorises more in the last epochs.',
  'parameter.maxGradNorm': 'Max gradient norm',
  'parameter.maxGradNorm.hint':
    'A gradient of a larger norm is scaled down to this. Norms here are about 1.2, so 1 acts at most steps. Adam rescales ' +
    'gradients anyway: 0.1 ended like 1 (0.561 and 0.560).',
  'parameter.batchSize': 'Batch size',
  'parameter.batchSize.hint':
    'Pairs of one batch. Larger: steadier and fewer steps an epoch. With 64 instead of 16 there are 32 steps instead of ' +
    '128, and 4 epochs still ended alike (0.561 and 0.560).',
  'parameter.gradientAccumulation': 'Accumulated batches',
  'parameter.gradientAccumulation.hint':
    'Batches whose gradients are summed into one update. It is the same gradient as that of one batch that many times ' +
    'as large, and is computed as one here: 16 × 4 gave exactly what 64 × 1 gives.',
  'parameter.adapter': 'Adapter',
  'parameter.adapter.hint':
    'What is trained beside the reward head. LoRA: a change of low rank to each of 4 layers; DoRA: also the length of ' +
    'each weight row; full: the whole base, 11,681 weights instead of 3,105. DoRA ended like LoRA (0.559); full at 0.577.',
  'parameter.rank': 'Rank',
  'parameter.rank.hint':
    'Rank r of the change. Higher can fit more, and memorise more: with 256 pairs, 10 epochs and α = 2r, validation ends ' +
    '0.05 above training at r = 1, 0.19 at 8, 0.51 at 32, and 0.73 with full training.',
  'parameter.alpha': 'Alpha (α)',
  'parameter.alpha.hint':
    'The change is scaled by α / r. Higher acts like a higher learning rate of the adapter. People who raise r usually ' +
    'raise α with it: at r = 32, 256 pairs, 10 epochs the gap is 0.20 with α = 16 and 0.51 with 64.',
  'parameter.rankStabilized': 'rsLoRA scaling',
  'parameter.rankStabilized.hint':
    'Scales by α / √r instead of α / r, so that a higher rank is not scaled down as much. At r = 32, α = 16 the factor ' +
    'is 2.8 instead of 0.5, more than α = 64 gives without it.',
  'parameter.adapterDropout': 'Adapter dropout',
  'parameter.adapterDropout.hint':
    'Share of an adapter’s inputs that is zeroed in training. Higher memorises less: with β 8, 1e-2 and 12 epochs training ' +
    'ends at 0.23 with 0.1 and at 0.16 without. In 4 epochs 0.5 ended at 0.557, 0.1 at 0.560.',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    'Share of the features before the reward head that is zeroed in training. It is off in evaluation, so it lifts the ' +
    'logged training loss alone. 0.5 ended at 0.557, 0.1 at 0.560.',
  'parameter.labelSmoothing': 'Label smoothing',
  'parameter.labelSmoothing.hint':
    'Probability with which a label is taken to be wrong. Higher keeps rewards closer together and the model less ' +
    'sure: in the preset “Surer than right” 0.1 took over-confidence from 0.13 to 0.00, at the same accuracy of 0.785.',
  'parameter.weightDecay': 'Weight decay',
  'parameter.weightDecay.hint':
    'AdamW: every step multiplies trained weights by 1 − learning rate × decay. A short run hardly feels it: 0.1 ended at ' +
    '0.559, none at 0.560. 0 is off.',
  'parameter.margin': 'Margin',
  'parameter.margin.hint':
    'How much higher the chosen reward must be before the loss counts a pair as even. Higher spreads the rewards, so the ' +
    'plain validation loss rises (0.60 at 1) while accuracy stays (0.73).',
  'parameter.centerRewardsCoefficient': 'Centring coefficient',
  'parameter.centerRewardsCoefficient.hint':
    'Weight of (chosen + rejected)², which keeps rewards around 0: the preference loss only knows their difference. 0.01 ' +
    'ended at 0.555, without at 0.560. 0 is off, as in TRL.',
  'parameter.trainingPairs': 'Training pairs',
  'parameter.trainingPairs.hint':
    'Pairs to learn from. More is the surest cure for overfitting while epochs stay few: with 4, 128 pairs ended at 0.60, ' +
    '512 at 0.56, 2,048 at 0.53.',
  'parameter.validationPairs': 'Validation pairs',
  'parameter.validationPairs.hint':
    'Pairs held out. More make smaller changes visible: the error of a change shrinks with the square root of their ' +
    'number. With 500 the loss itself is known to about ± 5% and accuracy to ± 2 points.',
  'parameter.labelNoise': 'Label noise',
  'parameter.labelNoise.hint':
    'Probability that a label is flipped. It lowers what any model can reach: the oracle’s accuracy is 0.85 at 0, 0.78 at ' +
    '0.1 and 0.64 at 0.3; trained models reached 0.79, 0.73 and 0.60.',
  'parameter.beta': 'Label sharpness (β)',
  'parameter.beta.hint':
    'People choose the better answer with probability σ(β × utility difference). Higher: even a small difference decides. ' +
    'It belongs to the data, not to the loss. At 8 the healthy run ends at accuracy 0.78.',
  'parameter.epochs': 'Epochs',
  'parameter.epochs.hint':
    'Passes over the training pairs. More learn them by heart: after 4 epochs validation ends 0.06 above training, after ' +
    '12 by 0.24. The schedule stretches with the run.',
  'parameter.steps': 'Steps',
  'parameter.steps.hint': 'Stops after this many updates, if the epochs have more; 0 is all epochs. The schedule ends where the run does.',
  'parameter.validationEvery': 'Validate every',
  'parameter.validationEvery.hint':
    'Steps between evaluations on held-out pairs; 0 is never. More often is a finer curve, and more chances for one ' +
    'evaluation to look lowest by luck.',

  'option.schedule.constant': 'constant',
  'option.schedule.linear': 'linear',
  'option.schedule.cosine': 'cosine',
  'option.adapter.lora': 'LoRA',
  'option.adapter.dora': 'DoRA',
  'option.adapter.full': 'full training',

  'inert.full': 'Changes nothing with full training: there is no adapter.',
  'inert.warmupSteps': 'Changes nothing: a number of warm-up steps is set.',
  'inert.constantSchedule': 'Changes nothing with a constant schedule.',
} as const;
