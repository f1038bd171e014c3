/** The findings of the reward-model lab. Losses in nats. */
export const rewardModelFindings = {
  'finding.overfitting': 'Overfitting',
  'finding.overfitting.evidence':
    'Validation loss {validation}, up from {lowest}, with training at {training} in the same measure: a gap of {gap}. Accuracy {accuracy}, after {bestAccuracy}.',
  'finding.overfitting.cause':
    'What the model still learns are these training pairs, flipped labels included, and no longer what makes an answer better.',
  'finding.overfitting.fix':
    'Train fewer epochs: the preset “Overfitting” ends at 0.60 after 4 instead of 1.36 after 20. Then use more pairs: 128, 512 and 2,048 ended at 0.60, 0.59 and 0.53. A smaller rank narrows the gap too.',

  'finding.overconfidence': 'Over-confidence',
  'finding.overconfidence.evidence':
    'The model gives its preferences a probability of {confidencePercent}% on average and is right in {accuracyPercent}% of the pairs: {excessPercent} points too sure. Evaluated training loss {training}.',
  'finding.overconfidence.cause':
    'Once the training pairs are ranked rightly, the loss can only fall by moving rewards further apart. On new pairs the wrong preferences become surer as well, and a sure mistake costs much.',
  'finding.overconfidence.fix':
    'Fewer epochs: the preset “Surer than right” ends at a loss of 0.44 and accuracy 0.814 after 4, against 0.73 and 0.785 after 24. Label smoothing of 0.1 took the excess from 13 points to 0. If only the order of answers matters, the loss overstates the harm.',

  'finding.underfitting.evidence': 'At its end the model ranks {toPercent}% of the validation pairs rightly; at its beginning it was {fromPercent}%.',
  'finding.underfitting.cause':
    'The rewards of the two answers have hardly moved apart: the updates were too few, too small, or so large that nothing settled.',
  'finding.underfitting.fix': 'Check the learning rate first, then the warm-up and the number of epochs.',

  'remedy.fewer-epochs': 'Train fewer epochs: what the later ones add are these pairs by heart.',
  'remedy.more-pairs': 'Use more training pairs: so many are hard to learn by heart.',
} as const;
