/** The presets of the bi-encoder lab: what will happen and why, and where common advice does not hold. */
export const biencoderPresets = {
  'preset.biencoder.healthy': 'Healthy',
  'preset.biencoder.healthy.story':
    'InfoNCE at temperature 0.1, 1,024 pairs, dropout 0.1. In 400 steps top-1 rises from 0.01 to 0.87 (15 seeds, 0.81 to ' +
    '0.92), and the two losses stay close. Watch the topics drift apart in the embedding map. Try next: temperature 1, ' +
    'which ended at 0.41.',
  'preset.biencoder.healthy.caveat':
    'Often advised: concat is better than the mean alone. Here, with the transformer, they tie (0.83 and 0.83). Label ' +
    'smoothing does not change top-1 either (0.86 to 0.88); it only makes the model less sure.',
  'preset.biencoder.overfitting': 'Overfitting: 192 pairs',
  'preset.biencoder.overfitting.story':
    '192 pairs without dropout. By step 90 the training loss is a thirtieth of what it was, and top-1 near its best, 0.37. ' +
    'From there the two losses part: 0.02 in training, 2.7 in validation, and top-1 falls to 0.18. Try next: dropout 0.2.',
  'preset.biencoder.overfitting.caveat':
    'Halving the learning rate on a plateau is no cure here: with a patience of 3 it ended at 0.17. Early stopping keeps ' +
    'the best state, but that is only 0.37. Label smoothing at 192 pairs hurts.',
  'preset.biencoder.dropout-cures': 'Dropout cures it',
  'preset.biencoder.dropout-cures.story':
    'The same 192 pairs with dropout 0.2. No sentence looks the same twice, so it cannot be learned by heart: validation ' +
    'loss falls to 0.48, and top-1 ends at 0.86 instead of 0.18. Try next: dropout 0.5.',
  'preset.biencoder.dropout-cures.caveat':
    'A range of 0.3 to 0.5 is often called best. Here 0.1 to 0.2 is: with 1,024 pairs 0.3 ended at 0.67, and with 192 ' +
    'pairs 0.5 ended at 0.20.',
  'preset.biencoder.too-much-dropout': 'Too much dropout',
  'preset.biencoder.too-much-dropout.story':
    'The same with dropout 0.5. Half of every sentence’s numbers are missing at each step, and even the training loss stays ' +
    'at 1.6: underfitting, top-1 0.20. The gap between the losses is small, which alone says nothing. Try next: dropout 0.2 while it trains. Made at step 100, the change ended at 0.77; the later, the less is left to learn.',
  'preset.biencoder.learning-rate-low': 'Learning rate too low',
  'preset.biencoder.learning-rate-low.story':
    '3e-4 instead of 1e-2. Nothing goes wrong; it is just not there yet after 400 steps: top-1 0.18, both losses still ' +
    'falling. Try next: raise it to 1e-2 while it trains. Made at step 100, the change ended at 0.87.',
  'preset.biencoder.learning-rate-high': 'Learning rate too high',
  'preset.biencoder.learning-rate-high.story':
    'Ten times the healthy rate. Losses jump about and stay high, top-1 ends at 0.31 (0.17 to 0.43: the seed decides), and ' +
    'in some seeds the twin comes first. Try next: 1e-2 in a new run. While it trains it is too late: made at step 100, the change ended at 0.28. A max gradient norm of 0.5 ended at 0.51.',
  'preset.biencoder.hard-negatives-collapse': 'Hardest negatives too early',
  'preset.biencoder.hard-negatives-collapse.story':
    'Triplets with the hardest negative of the batch from the first step. By step 40 documents are 0.08 apart ' +
    'instead of 1.14, at the end 0.005: one point, opposite the queries. The loss stands at the margin, 0.300, and top-1 at 0.02. Hard negatives are right, only too early. ' +
    'Try next: random rate 1, falling by 0.1 (preset “Curriculum”).',
  'preset.biencoder.curriculum': 'Curriculum: random to hardest',
  'preset.biencoder.curriculum.story':
    'The same triplets, but all negatives are random at first, and the hardest take over within ten evaluations (see the ' +
    'chart of the random rate). Ends at 0.86 (15 seeds, 0.78 to 0.93). A slower fall leaves them too easy: by 0.005 it ended at 0.60.',
  'preset.biencoder.curriculum.caveat':
    'A fall of 0.03 to 0.05 an evaluation is sometimes called unstable. Here it is not: 0.05 ended at 0.87, 0.1 at 0.88, and ' +
    'slower ones lower. The margin matters more: 0.02 collapsed, and 2 failed in 9 of 10 runs.',
  'preset.biencoder.easy-negatives': 'Loss low, retrieval poor',
  'preset.biencoder.easy-negatives.story':
    'Triplets with negatives made from attributes instead of mined. The loss falls to 0.02 and looks perfect; top-1 is ' +
    '0.17. The negatives that were shown are beaten, the documents that win the search were never shown. Try next: negatives “semi-hard”, which ended at 0.85.',
  'preset.biencoder.tied-heads': 'One head for both sides',
  'preset.biencoder.tied-heads.story':
    'Query and document share a head. What is most similar to an argument is then the argument itself: for half of the ' +
    'queries the same-stance twin comes first, and top-1 sticks at 0.43. See it in the retrievals. Try next: tied heads off.',
} as const;
