/** Numbers in evidence come from the detectors. */
export const biencoderFindings = {
  'finding.overfitting': 'Overfitting',
  'finding.overfitting.evidence':
    'Training loss {train}, validation loss {validation}: a gap of {gap}, and validation is above its lowest, {lowest}. Top-1 {accuracy}.',
  'finding.overfitting.cause':
    'The model has learned its training pairs by heart, words and all. What it then gains in training it loses on sentences that it has not seen.',
  'finding.overfitting.fix':
    'Dropout 0.2 took 192 pairs from a top-1 of 0.18 to 0.86. More pairs help as well: 1,024 end at 0.89 even without dropout. Early stopping only keeps the best of a bad run, 0.37.',

  'finding.underfitting.evidence': 'The training loss ended at {train}; it began at {initialTrain}. Top-1 accuracy went from {from} to {to}.',
  'finding.underfitting.cause':
    'Even the training pairs were not learned: updates too small or too large, too much dropped, or a loss that cannot tell documents apart.',
  'finding.underfitting.fix':
    'Check the learning rate first: 3e-4 ended at 0.18 and 0.1 at 0.31, 1e-2 at 0.86. Then dropout (0.5 ended at 0.20, 0.2 at 0.86 with 192 pairs) and temperature (1 ended at 0.41, 0.1 at 0.86).',

  'finding.representation-collapse': 'Representation collapse',
  'finding.representation-collapse.evidence':
    'The loss stands at the margin: {loss} of {margin}. Documents are {distance} apart on average; they began at {initialDistance}.',
  'finding.representation-collapse.cause':
    'The hardest negative of a batch is nearer than the right document, so pushing it away pushes all documents away: onto one point (with Euclidean distances opposite the queries). There every document is as far from a query as any other, the loss is the margin, and nothing tells sentences apart any more.',
  'finding.representation-collapse.fix':
    'Begin with random negatives and let the random rate fall: from 1 by 0.1 an evaluation ended at 0.88. Semi-hard negatives ended at 0.86 from the start.',

  'finding.easy-negatives': 'Easy negatives',
  'finding.easy-negatives.evidence': 'The loss is {loss} of a margin of {margin}, and still only {accuracyPercent}% of the queries find their document.',
  'finding.easy-negatives.cause':
    'Nearly every triplet is already right by the margin, so nothing is left to learn from; the documents that do win the search never were a negative.',
  'finding.easy-negatives.fix':
    'Mine the negatives from the batch: the hardest ones behind a random rate that falls from 1 ended at 0.88, semi-hard ones at 0.85, made-up ones at 0.17.',

  'finding.twin-confusion': 'Twin confusion',
  'finding.twin-confusion.evidence': 'For {sharePercent}% of the queries the same argument in other words comes first. Top-1 {accuracy}.',
  'finding.twin-confusion.cause':
    'The model finds topic and aspect but not the stance. With one head for both sides it cannot: what is most similar to a sentence is the sentence that says the same.',
  'finding.twin-confusion.fix': 'Give queries and documents heads of their own: 0.86 instead of 0.43.',

  'remedy.more-dropout': 'Turn dropout on: it keeps the towers from learning their training pairs by heart.',
  'remedy.less-dropout': 'Lower dropout: with so much of each sentence gone, even the training pairs are hard to learn.',
  'remedy.more-pairs': 'Use more training pairs: so many are hard to learn by heart.',
  'remedy.lower-temperature': 'Lower the temperature of the loss: at a high one it hardly tells the right document from the others.',
  'remedy.curriculum': 'Begin with random negatives and let the hardest come in as the model learns.',
  'remedy.usual-margin': 'Set a margin that similarities can reach and that is not met from the start.',
  'remedy.separate-heads': 'Give queries and documents heads of their own.',
} as const;
