/** Charts, the views below them, and finding cards. */
export const views = {
  'chart.empty': 'Nothing measured yet',
  'chart.noValidation': 'Not measured: validation is off',
  'chart.menu': 'Options: {metric}',
  'chart.log': 'Logarithmic axis',
  'chart.resetZoom': 'Show all steps',
  'chart.picture': 'Save picture (PNG)',
  'chart.table': 'Save values (CSV)',
  'chart.noCanvas': 'The browser gives no canvas to draw on. The values can still be saved.',
  'chart.zoomHelp': 'Drag over the chart or pinch to zoom; Ctrl + wheel zooms, Shift + drag moves. A double click shows all steps.',
  'chart.explore': '{title}: value at each step',
  'chart.step': 'step {step}',
  'chart.reading': 'step {step}: {value}',
  'chart.summary':
    '{title}: first {first} (step {firstStep}), last {last} (step {lastStep}), lowest {min} (step {minStep}), highest {max} (step {maxStep}).',
  'chart.level': '{name} {value}',
  'chart.named': '{name} {value}',
  'chart.gap': 'gap',
  'chart.standardError': '± 1 standard error (SE)',
  'chart.error': '± {error} SE',
  'chart.oneSeed': 'One seed.',
  'chart.band.sd': 'Mean ± 1 sd, {n} seeds.',
  'chart.band.range': 'Mean and range, {n} seeds.',
  'chart.band.sd.foreground': 'Means of {n} seeds, the run in the foreground ± 1 sd.',
  'chart.band.range.foreground': 'Means of {n} seeds, the run in the foreground with its range.',
  'chart.band.none': 'Mean, {n} seeds.',

  'inspect.seed': 'Seed',
  'inspect.previous': 'Previous {item}',
  'inspect.next': 'Next {item}',
  'inspect.position': '{item} {index} of {count}',
  'plot.bin': '{from} to {to}: {values}',
  'plot.points': '{title}. Points: {count}.',
  'plot.group': '{name} ({count}): around {x}, {y}.',
  'plot.point': '{name} at {x}, {y}',
  'plot.explore': '{title}: its values',

  'finding.when': 'step {step} · {seen} of {replicas} seeds',
  'finding.why': 'Why, and what to try',
  'finding.apply': 'Apply {change}',
  'finding.applyLive': 'Changes this run while it trains',
  'finding.applyFresh': 'Starts a new run; this one stays for comparison',
  'severity.warning': 'Warning',
  'severity.alarm': 'Alarm',

  'finding.underfitting': 'Underfitting',
  'finding.underfitting.slow.evidence':
    'The score went from {from} to {to}. The learning rate was {rate} at most; runs at {healthyRate}, {times} times as much, reached {reaches}.',
  'finding.underfitting.slow.cause':
    'A step moves the weights about as far as the learning rate says. At so low a rate the run was over before the model had moved far enough.',
  'finding.underfitting.slow.fix': 'Raise the learning rate, or train for many more steps.',

  'finding.not-finite': 'Not a finite number',
  'finding.not-finite.evidence': 'The loss or the gradient of step {step} was not a finite number. The run stopped; what was measured until then is kept.',
  'finding.not-finite.cause':
    'An update was so large that the numbers overflowed, or the loss took the logarithm of 0. From there on every weight would be lost.',
  'finding.not-finite.fix': 'Go on from the last good checkpoint with a lower learning rate.',

  'remedy.lower-learning-rate': 'Lower the learning rate to one at which such runs have learned.',
  'remedy.higher-learning-rate': 'Raise the learning rate to one at which such runs have learned.',
  'remedy.shorter-warm-up': 'Shorten the warm-up: it takes more than half of the run, so few steps are left at the full learning rate.',
} as const;
