/** The bi-encoder lab: its towers, parameters and options. Numbers are means over 5 seeds. */
export const biencoder = {
  'lab.biencoder.story':
    'A bi-encoder embeds queries and documents apart, so that the nearest document answers a query. Here a query argues ' +
    'for or against something, and its document is the counter-argument: same topic, same aspect, other stance. Some ' +
    '11,000 weights are trained by contrast in your tab; 192 held-out queries each look for one of 96 documents.',
  'tower.mean-pool': 'Mean pool',
  'tower.mean-pool.story':
    'The mean of the word embeddings goes through a small residual network, then through a head for queries or one for documents.',
  'tower.transformer': 'Transformer',
  'tower.transformer.story':
    'One transformer layer with two heads reads the sentence; its first token and the mean of the others go to the heads. ' +
    'Slower, and at 400 steps no better here: 0.83 against 0.86.',

  // Groups of parameters
  'group.optimizer': 'Optimiser',
  'group.objective': 'Loss',
  'group.negatives': 'Negatives',
  'group.regularisation': 'Regularisation',
  'group.model': 'Model',
  'group.data': 'Data',

  // Parameters
  'parameter.learningRate': 'Learning rate',
  'parameter.learningRate.hint':
    'How far one update moves the weights. Toy values; only ratios to the best carry over: 3e-4 ended at a top-1 of 0.18, ' +
    '3e-3 and 1e-2 at 0.87, 3e-2 at 0.78, 0.1 at 0.31.',
  'parameter.schedule': 'Schedule',
  'parameter.schedule.hint':
    'The learning rate after warm-up: constant, or falling until the last step. Of little weight at the default rate: ' +
    'constant 0.86, cosine and linear 0.88.',
  'parameter.warmupSteps': 'Warm-up steps',
  'parameter.warmupSteps.hint':
    'The learning rate rises linearly over these first steps. More is gentler at first and slower. 0 is none: 0.85 ' +
    'instead of 0.86 by default, within the spread of seeds.',
  'parameter.minLearningRateRatio': 'Minimum LR ratio',
  'parameter.minLearningRateRatio.hint':
    'Where a linear or cosine schedule ends, as a share of the learning rate: 0 falls to zero, 1 does not fall. Higher ' +
    'keeps learning to the end.',
  'parameter.plateauPatience': 'Halve after (evals)',
  'parameter.plateauPatience.hint':
    'Halves the learning rate when top-1 has not risen for more than this many evaluations. 0 is off. Lower halves sooner. ' +
    'It does not cure overfitting: with 3 that preset ended at 0.17, without at 0.18.',
  'parameter.earlyStopPatience': 'Stop after (evals)',
  'parameter.earlyStopPatience.hint':
    'Ends the run when top-1 has not risen for this many evaluations in any replica; the best state stays. 0 is off. On ' +
    'overfitting, 5 stopped at 0.23 and kept the best, 0.37.',
  'parameter.maxGradNorm': 'Max gradient norm',
  'parameter.maxGradNorm.hint':
    'A gradient with a larger norm is scaled down to this one. Lower hardly matters at the default rate, because Adam ' +
    'rescales anyway: 0.01 ended at 0.86 too. At a rate of 0.1 it matters: 0.5 gave 0.51 instead of 0.31.',
  'parameter.loss': 'Loss',
  'parameter.loss.hint':
    'InfoNCE tells a query’s own document from all of its batch; triplet keeps it nearer than one negative by a margin; ' +
    'the classifier scores pairs with a small network. Tuned, all reach 0.84 to 0.88 here.',
  'parameter.infoNceTemperature': 'Temperature',
  'parameter.infoNceTemperature.hint':
    'Divides the cosines before the softmax. Lower looks at the hardest negatives only, higher at all alike: 0.02 ended ' +
    'at 0.77, 0.05 at 0.85, 0.1 at 0.86, 0.3 at 0.83, 1 at 0.41.',
  'parameter.symmetric': 'Symmetric',
  'parameter.symmetric.hint':
    'Adds the other direction, in which each document picks its query, and halves the sum. No difference here: 0.86 with and without.',
  'parameter.margin': 'Margin',
  'parameter.margin.hint':
    'How much farther the negative must be than the right document. Unit vectors are at most 2 apart. With the curriculum ' +
    '0.1 to 1 ended at 0.84 to 0.88; 0.02 collapsed (0.05), and 2 failed in 9 of 10 runs.',
  'parameter.distance': 'Distance',
  'parameter.distance.hint':
    'Euclidean, or cosine (1 − cos), which for unit vectors is half the squared Euclidean distance: small distances ' +
    'count less. With the curriculum both ended at 0.88.',
  'parameter.negatives': 'Negatives',
  'parameter.negatives.hint':
    'The hard ones: attribute, made to fit the query; hardest, the nearest of the batch; semi-hard, the nearest farther ' +
    'than the right document. At random rate 0.5: attribute 0.17, semi-hard 0.85, hardest 0.04.',
  'parameter.randomRate': 'Random rate',
  'parameter.randomRate.hint':
    'Share of queries whose negative is a random document instead of a hard one, at first. Higher is easier. For triplets ' +
    'it decides (hardest from the start collapses); InfoNCE ends at 0.86 to 0.87 with any.',
  'parameter.randomRateDecrease': 'Random rate falls by',
  'parameter.randomRateDecrease.hint':
    'How much the random rate falls at each evaluation. From 1 with the hardest negatives: 0.005 ended at 0.60, 0.01 at ' +
    '0.69, 0.02 at 0.80, 0.05 at 0.87, 0.1 at 0.88. Slower leaves them too easy.',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    'Share of the activations zeroed in training; evaluation runs without. With 192 pairs: 0 overfits (0.18), 0.2 cures ' +
    'it (0.86), 0.5 underfits (0.20). With 1,024 pairs 0 is as good as 0.1, and 0.3 costs: 0.67.',
  'parameter.labelSmoothing': 'Label smoothing',
  'parameter.labelSmoothing.hint':
    'Spreads this share of the target over the other documents of the batch. Higher makes the model less sure; top-1 stays ' +
    '(0.1: 0.88, 0.3: 0.86). With 192 pairs it hurts: 0.1 gave 0.48 instead of 0.71.',
  'parameter.weightDecay': 'Weight decay',
  'parameter.weightDecay.hint':
    'AdamW: every step multiplies the weights by 1 − learning rate × decay; 0 is off. Higher pulls them to 0 faster. ' +
    'Short runs barely feel it: 0.1 ended at 0.86, 1 at 0.85.',
  'parameter.tower': 'Tower',
  'parameter.tower.hint':
    'What reads a sentence: the mean of its word embeddings with a small network, or one transformer layer. The other ' +
    'tower brings its own learning rate.',
  'parameter.width': 'Width',
  'parameter.width.hint':
    'Numbers that represent a word. More tells words apart better and is slower: 8 ended at 0.49, 16 at 0.75, 32 at 0.86, 64 at 0.88.',
  'parameter.outputSize': 'Output size',
  'parameter.outputSize.hint':
    'Numbers of an embedding (for the classifier: of its hidden layer). Too few cannot hold 96 meanings: 2 ended at 0.09, ' +
    '4 at 0.46, 8 at 0.75, 32 at 0.86, 64 at 0.88.',
  'parameter.fusion': 'Fusion',
  'parameter.fusion.hint':
    'What stands for a sentence: the first token’s output (cls), the mean of the others’ (embedding), or both (concat). ' +
    'Concat and embedding tie at 0.83; cls learns slower, 0.44 at step 400.',
  'parameter.tiedHeads': 'Tied heads',
  'parameter.tiedHeads.hint':
    'One head for queries and documents. A similarity that is the same both ways cannot prefer the opposite stance: 0.43 ' +
    'instead of 0.86, with the same-stance twin first for half of the queries.',
  'parameter.headNorm': 'Head LayerNorm',
  'parameter.headNorm.hint':
    'LayerNorm in the pair classifier’s head. On keeps its activations at one scale; with and without, and with and without ReLU, it ' +
    'ended at 0.84 to 0.86 here.',
  'parameter.headActivation': 'Head ReLU',
  'parameter.headActivation.hint':
    'ReLU in the pair classifier’s head. On makes it non-linear; its features |u − v| are so already, and it ended at 0.84 with and ' +
    'at 0.86 without.',
  'parameter.trainingPairs': 'Training pairs',
  'parameter.trainingPairs.hint':
    'How many different pairs training cycles through. Few are learned by heart: 64 ended at 0.10, 512 at 0.88, more ' +
    'change little. The held-out pairs are not among them.',
  'parameter.batchSize': 'Batch size',
  'parameter.batchSize.hint':
    'Pairs a step; the others of a batch are negatives. Larger gives more negatives to choose from and slower steps: 4 ended at ' +
    '0.09, 8 at 0.46, 16 at 0.80, 32 at 0.86, 64 and 128 at 0.90.',
  'parameter.steps': 'Steps',
  'parameter.steps.hint': 'Updates of a run. More goes on learning, or overfitting; linear and cosine schedules end at this step.',
  'parameter.validationEvery': 'Evaluate every',
  'parameter.validationEvery.hint':
    'Steps between evaluations; 0 is never. The random rate falls once a period, and both patiences count evaluations: a ' +
    'shorter one makes all three faster.',

  // Options
  'option.schedule.constant': 'constant',
  'option.schedule.linear': 'linear',
  'option.schedule.cosine': 'cosine',
  'option.loss.infonce': 'InfoNCE',
  'option.loss.triplet': 'triplet',
  'option.loss.pair-classifier': 'pair classifier',
  'option.distance.euclidean': 'Euclidean',
  'option.distance.cosine': 'cosine',
  'option.negatives.random': 'random',
  'option.negatives.attribute': 'attribute (not mined)',
  'option.negatives.semi-hard': 'semi-hard (mined)',
  'option.negatives.hardest': 'hardest (mined)',
  'option.tower.mean-pool': 'mean pool',
  'option.tower.transformer': 'transformer',
  'option.fusion.concat': 'concat',
  'option.fusion.embedding': 'embedding',
  'option.fusion.cls': 'cls',

  // Why a parameter changes nothing in this config
  'inert.constantSchedule': 'No effect with a constant schedule.',
  'inert.noEvaluations': 'No effect without evaluations.',
  'inert.alwaysRandom': 'No effect while all negatives are random.',
  'inert.oneOutput': 'The mean pool has one output, which all three read; only the heads’ size differs.',
} as const;
