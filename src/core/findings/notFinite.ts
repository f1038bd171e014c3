import type { Detector, ReadMetric } from './detector.js';
import type { Fix } from './fix.js';

/**
 * The loss or the gradient of a step was not a number or overflowed; such a step is measured as infinite.
 *
 * @param metrics that a step measures, any of which may be infinite; the first is the main one
 * @param variantOf a case with words of its own
 */
export function notFinite<C>(
  metrics: readonly string[],
  fix: Fix<C>,
  variantOf: (config: C, read: ReadMetric) => string | undefined = () => undefined,
): Detector<C> {
  return {
    id: 'not-finite',
    severity: 'alarm',
    metrics,
    applies: () => true,
    watch: (config) => (step, read) => {
      if (!metrics.some((metric) => Math.abs(read(metric)) === Infinity)) return undefined;
      const variant = variantOf(config, read);
      return { values: { step }, ...(variant === undefined ? {} : { variant }) };
    },
    fix,
  };
}
