/** Two configs side by side, and what each change does. */
export const differences = {
  'differences.title': 'Two recipes side by side',
  'differences.about':
    'What differs between two configs, and what each difference is worth: every ticked fix is tried on its own and all ' +
    'of them together, over the same seeds as the base, so that luck is told apart from effect.',
  'differences.open': 'Choose two recipes',
  'differences.base': 'Base',
  'differences.other': 'Compare with',
  'differences.knobs': 'Settings as they stand',
  'differences.none': 'The two configs agree in everything that belongs to a recipe.',
  'differences.knob': 'Setting',
  'differences.try': 'Try on the base',
  'differences.include': 'Try {knob}',
  'differences.value': 'Value of {knob}: a number, or a multiple such as ×10',
  'differences.tryAlone': 'Train on its own',
  'differences.aloneWhy':
    'Settings with a button decide how much data a step takes, how many steps there are or what is learned: runs that ' +
    'differ in them cannot train as one population, so each trains on its own, over the same seeds, and is no part of ' +
    '“All ticked together”.',
  'differences.equal': '{count} settings are the same',
  'differences.start': 'Try one at a time: {runs} {runs|run|runs} together',
  'differences.startRest': 'Try one at a time: {runs} more {runs|run|runs}, {known} trained already',
  'differences.showKnown': 'Show the {known} runs that are trained already',
  'differences.startBase': 'Train the base alone',
  'differences.seeds': 'Seeds',
  'differences.tooMany': 'At most {most} ticked fixes fit beside the base and “All ticked together”.',
  'differences.unscored': '{metric} would not be measured: “{knob}” is 0 in the base. Right: above 0.',
  'differences.results': '{metric} at the end, from seed {seed} on. Base: {base}',
  'differences.fix': 'Change',
  'differences.all': 'All ticked together',
  'differences.final': 'Score ± sd',
  'differences.effect': 'Difference to the base',
  'differences.wins': 'Better in',
  'differences.verdict': 'Verdict',
  'differences.progress': 'step {step} of {steps}',
  'differences.needsBase': 'Done; train the base over as many seeds to compare',
  'differences.isBase': 'what the others are compared with',
  'differences.winsOf': '{wins} of {seeds} {seeds|seed|seeds}',
  'differences.verdict.helps': 'helps',
  'differences.verdict.hurts': 'hurts',
  'differences.verdict.none': 'no difference',
  'differences.verdict.open': 'open: more seeds would tell',
  'differences.how':
    'Differences are between runs of the same seed, ± half of the 95% interval (Student’s t). Below {smallest} a ' +
    'difference counts as none. A verdict holds for this budget and this start; another learning rate or another ' +
    'starting point can turn it around.',
} as const;
