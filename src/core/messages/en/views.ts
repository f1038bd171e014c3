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
  'chart.oneSeed': 'one seed',
  'chart.band.sd': 'mean ± 1 sd of {n} seeds',
  'chart.band.range': 'mean and range of {n} seeds',
  'chart.band.none': 'mean of {n} seeds',
} as const;
