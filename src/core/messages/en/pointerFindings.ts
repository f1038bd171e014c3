/** What the pointer lab's detectors say. */
export const pointerFindings = {
  'finding.underfitting.evidence': 'At its end the run scores {training} on the queries that it learned from.',
  'finding.underfitting.cause':
    'The selector has not learned its own training queries, so nothing is memorised and the gap to validation says little. ' +
    'The steps were too few or too small, or the learning rate so high that nothing settled.',
  'finding.underfitting.fix':
    'Train more or faster before regularising more: V3 at 3e-5 ends at 0.34, at 3e-4 at 0.77, at 1e-3 at 0.85; with twice ' +
    'the epochs at 0.84. If the rate is above 3e-3, lower it: 1e-2 ended at 0.48.',
  'finding.overfitting': 'Overfitting',
  'finding.overfitting.evidence': 'Training score {training}, validation score {validation}: a gap of {gap}.',
  'finding.overfitting.cause':
    'The selector knows the best picks of its 512 training queries better than it can find them elsewhere. The gap alone ' +
    'is no harm: look whether the validation score falls, too.',
  'finding.overfitting.fix':
    'Only if the validation score falls: fewer epochs or more dropout. V2 without dropout reaches 0.99 in training and ' +
    'still 0.85 in validation, the same as with dropout 0.5.',
  'finding.not-finite.grpo.evidence': 'The GRPO loss or its gradient of step {step} was not a finite number. The run stopped; what was measured until then is kept.',
  'finding.not-finite.grpo.cause':
    'The policy moved so far between two updates that the probability of a sampled choice all but vanished: the ratio or ' +
    'the KL to the reference overflowed.',
  'finding.not-finite.grpo.fix':
    'Go on from the last good checkpoint with a lower GRPO learning rate: at 3e-4 nothing overflowed here, with or without KL.',

  'remedy.lower-grpo-rate': 'Lower the learning rate of GRPO to one at which nothing has overflowed.',
} as const;
