import { stageOf } from '../../labs/pointer/parameters.js';
import type { Detector } from '../detector.js';
import { gentler } from './fixes.js';

const measures = ['gradNorm', 'trainLoss', 'policyLoss', 'kl'] as const;

/** The loss or the gradient of a step was not a number or overflowed; such a step is measured as infinite. */
export const notFinite: Detector = {
  id: 'not-finite',
  severity: 'alarm',
  metrics: ['gradNorm', 'policyLoss', 'trainLoss'],
  applies: () => true,
  watch: (config) => (step, read) => {
    if (!measures.some((metric) => Math.abs(read(metric)) === Infinity)) return undefined;
    // Only GRPO measures a KL.
    const variant = stageOf(config) === 'grpo' && !Number.isNaN(read('kl')) ? { variant: 'grpo' } : {};
    return { values: { step }, ...variant };
  },
  fix: gentler,
};
