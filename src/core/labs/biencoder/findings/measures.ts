import type { ReadMetric } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';

/** What an evaluation measured; none at a step without one. */
export interface Evaluated {
  readonly train: number;
  readonly validation: number;
  readonly accuracy: number;
  /** The training loss of the first evaluation. */
  readonly initialTrain: number;
  /** The mean distance of two documents, and that of the first evaluation. */
  readonly distance: number;
  readonly initialDistance: number;
}

/** Reads evaluations one after the other and remembers the first. */
export function evaluations(): (read: ReadMetric) => Evaluated | undefined {
  let first: { train: number; distance: number } | undefined;
  return (read) => {
    const train = read('trainLoss');
    const distance = read('meanPairDistance');
    if (Number.isNaN(train)) return undefined;
    first ??= { train, distance };
    return {
      train, distance,
      validation: read('validationLoss'),
      accuracy: read('accuracyAt1'),
      initialTrain: first.train,
      initialDistance: first.distance,
    };
  };
}

export const isTriplet = ({ loss }: BiencoderConfig): boolean => loss === 'triplet';

/** All documents on one point: every one is as far from a query as any other, and the loss is the margin. */
export function isCollapsed(config: BiencoderConfig, { train, distance, initialDistance }: Evaluated): boolean {
  const { margin } = config;
  return isTriplet(config) && Math.abs(train - margin) <= 0.03 * margin && distance < 0.2 * initialDistance;
}
