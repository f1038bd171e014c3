/** Charts, the views below them, and finding cards. */
export const views = {
  'chart.empty': 'Nothing measured yet',
  'chart.noValidation': 'Not measured: validation is off',
  'chart.menu': 'Options: {metric}',
  'chart.log': 'Logarithmic axis',
  'chart.resetZoom': 'Show all steps',
  'chart.picture': 'Save picture (PNG)',
  'chart.table': 'Save values (CSV)',
  'chart.zoomHelp': 'Drag over the chart or pinch to zoom; Ctrl + wheel zooms, Shift + drag moves. A double click shows all steps.',
  'chart.explore': '{title}: value at each step',
  'chart.step': 'step {step}',
  'chart.reading': 'step {step}: {value}',
  'chart.summary':
    '{title}: first {first} (step {firstStep}), last {last} (step {lastStep}), lowest {min} (step {minStep}), highest {max} (step {maxStep}).',
  'chart.level': '{name} {value}',
  'chart.named': '{name} {value}',
  'chart.gap': 'gap',
  'chart.standardError': '± 1 standard error',
  'chart.error': '± {error} (standard error)',
  'chart.oneSeed': 'One seed.',
  'chart.band.sd': 'Mean ± 1 sd, {n} seeds.',
  'chart.band.range': 'Mean and range, {n} seeds.',
  'chart.band.none': 'Mean, {n} seeds.',

  'inspect.seed': 'Seed',

  'finding.when': 'step {step} · {seen} of {replicas} seeds',
  'finding.why': 'Why, and what to try',
  'finding.apply': 'Apply {change}',
  'severity.warning': 'Warning',
  'severity.alarm': 'Alarm',

  'finding.not-finite': 'Not a finite number',
  'finding.not-finite.evidence': 'The loss or the gradient of step {step} was not a finite number. The run stopped; what was measured until then is kept.',
  'finding.not-finite.cause':
    'An update was so large that the numbers overflowed, or the loss took the logarithm of 0. From there on every weight would be lost.',
  'finding.not-finite.fix': 'Go on from the last good checkpoint with a lower learning rate.',
} as const;
