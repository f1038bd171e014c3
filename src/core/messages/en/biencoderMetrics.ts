/** The metrics of the bi-encoder lab: what they mean, what to look for, and where they mislead. */
export const biencoderMetrics = {
  'metric.trainLoss': 'Training loss',
  'metric.trainLoss.hint':
    'Loss over 192 training pairs, measured as validation is: no dropout, no smoothing, half of the negatives random. ' +
    'The shaded gap to validation is what was learned by heart.',
  'metric.validationLoss': 'Validation loss',
  'metric.validationLoss.hint':
    'The same loss over 192 held-out pairs. Falling with the training loss is learning; rising while that one falls is ' +
    'overfitting. Low alone proves little: with easy negatives it is 0.03 at a top-1 of 0.17.',
  'metric.accuracyAt1': 'Top-1 accuracy',
  'metric.accuracyAt1.hint':
    'Share of the 192 held-out queries whose counter-argument comes first among 96 documents. Chance is 0.01. Ties count as ' +
    'misses, so that a collapsed model earns nothing. Seeds differ by about 0.03.',
  'metric.recallAt5': 'Recall at 5',
  'metric.recallAt5.hint':
    'Share of the held-out queries whose counter-argument is among the first five. Well above top-1: the right one is near, but not first.',
  'metric.mrrAt10': 'MRR at 10',
  'metric.mrrAt10.hint':
    'Mean of 1 / place of the counter-argument, 0 beyond the tenth. Between top-1 and recall: second place counts half.',
  'metric.twinShare': 'Twin first',
  'metric.twinShare.hint':
    'Share of queries for which a document that says the same comes first instead of the one that says the opposite. ' +
    'Healthy runs stay near 0.04; with tied heads it is 0.50.',
  'metric.meanPairDistance': 'Distance of documents',
  'metric.meanPairDistance.hint':
    'Mean Euclidean distance of two held-out documents. Unit vectors spread evenly are √2 = 1.41 apart. Near 0 all lie on ' +
    'one point: the representation has collapsed.',
  'metric.alignment': 'Alignment',
  'metric.alignment.hint':
    'Mean squared distance of a query and its counter-argument, 0 to 4: lower is closer. Read it with uniformity: with all ' +
    'on one point it would be 0. In the triplets’ collapse it is 4 (Euclidean): documents opposite the queries.',
  'metric.uniformity': 'Uniformity',
  'metric.uniformity.hint':
    'Log of the mean of e^(−2 d²) over pairs of queries: 0 where all lie on one point, about −4 where they fill the sphere. ' +
    'Lower is more evenly spread.',
  'metric.batchLoss': 'Batch loss',
  'metric.batchLoss.hint':
    'Loss of this step’s batch, with dropout, smoothing and the random rate of the moment. Not to be compared with ' +
    'validation: harder negatives raise it although the model improves.',
  'metric.randomRate': 'Random rate',
  'metric.randomRate.hint': 'Share of this step’s negatives that are random documents; the others are hard.',
  'metric.gradNorm': 'Gradient norm',
  'metric.gradNorm.hint':
    'Norm of the whole gradient before clipping. A healthy run climbs to about 3 and comes down to about 1 with its loss.',
  'metric.learningRate': 'Learning rate',
  'metric.learningRate.hint':
    'The rate of this step, after warm-up, schedule, halvings and live changes. A toy value: only its ratio to the best ' +
    'one means anything for a real model.',
  'level.chance': 'chance',
  'unit.score': 'squared distance',
} as const;
