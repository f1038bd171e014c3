import type { Preset } from '../lab.js';
import type { PointerConfig } from './parameters.js';

/** Means and standard deviations over 5 seeds; fresh runs of 10 seeds ended at .848, .765, .822 and .745. */
export const presets: readonly Preset<PointerConfig>[] = [
  {
    id: 'v2',
    values: { stage: 'supervised' },
    expected: [{ metric: 'validationScore', at: 'final', mean: 0.852, sd: 0.016, beats: { preset: 'v3', seeds: 4 } }],
    findings: [],
  },
  {
    id: 'v3',
    values: { stage: 'rce' },
    expected: [{ metric: 'validationScore', at: 'final', mean: 0.777, sd: 0.022 }],
    findings: [],
  },
  {
    id: 'v3-higher-lr',
    values: { stage: 'rce', learningRate: 3e-3 },
    expected: [{ metric: 'validationScore', at: 'final', mean: 0.836, sd: 0.013, beats: { preset: 'v3', seeds: 4 } }],
    findings: [],
  },
  {
    id: 'v3-grpo',
    values: { stage: 'grpo' },
    expected: [{ metric: 'validationScore', at: 'final', mean: 0.765, sd: 0.015 }],
    findings: [],
  },
];
