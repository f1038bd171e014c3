/** The presets of the pointer lab: what will happen and why, and where common advice does not hold. */
export const pointerPresets = {
  'preset.pointer.v2': 'V2: supervised baseline',
  'preset.pointer.v2.story':
    'Cross-entropy on the best choices: learning rate 3e-3, batch 64, dropout 0.5, no smoothing, 20 epochs. The score ' +
    'reaches 0.84 (0.82 to 0.86 over 5 seeds) in 160 steps. Try next: preset V3, or compare the two recipes below.',
  'preset.pointer.v3': 'V3: reward-weighted',
  'preset.pointer.v3.story':
    'The second recipe: learning rate 3e-4, batch 1, dropout 0.1, smoothing 0.1, 5 epochs, and rewards instead of best ' +
    'choices. It ends at 0.77, behind V2 in 5 of 5 seeds. Three fixes are advised: no smoothing, dropout 0.5, ten times ' +
    'the learning rate. Which one is right? Try them one at a time under “Two recipes side by side”.',
  'preset.pointer.v3.caveat':
    'The advice expects all three fixes to help. Here one does: learning rate ×10 brings 0.82. Smoothing 0 changes little ' +
    '(0.755), and dropout 0.5 makes it worse (0.69), because the selector is trained too little, not too much. From a V2 ' +
    'checkpoint the verdict flips: V3 as it is ends at 0.88, with ×10 at 0.83, with all three at 0.80.',
  'preset.pointer.v3-higher-lr': 'V3, learning rate ×10',
  'preset.pointer.v3-higher-lr.story':
    'V3 at 3e-3 instead of 3e-4 ends at 0.82, above V3 in 5 of 5 seeds: most of the gap to V2 was too small a step. One ' +
    'query at a time it stays noisy to the end. Try next: schedule cosine, which ends at 0.88, above V2.',
  'preset.pointer.v3-grpo': 'V3, then GRPO',
  'preset.pointer.v3-grpo.story':
    'V3 and then 128 updates of GRPO at 3e-4 with KL 0.02. The score stays at about 0.75: so few updates at so low a rate ' +
    'sharpen the policy (entropy falls from 1.9 to 1.4) more than they improve it. Try next: GRPO learning rate 3e-3 with ' +
    'KL 0.3.',
  'preset.pointer.v3-grpo.caveat':
    'GRPO is often expected to repair a weak start. Here it needs room and a leash: from a weak RCE (0.67), 640 updates at ' +
    '3e-3 reach 0.78 with KL 0.02 and 0.86 with KL 0.3. At 1e-2 without KL it destroys the policy.',
} as const;
