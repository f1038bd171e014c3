import type { DropoutDraws } from '../engines/operations.js';
import type { Learner, Loss } from '../engines/learner.js';
import type { AdamWKnobs } from '../engines/knobs.js';
import { NotFiniteError, type Row } from './trainer.js';

/**
 * One update of a population along its loss, as a row: the loss under `lossMetric`, `gradNorm`, `learningRate` and what
 * else was `measured` of the step. If the loss or the gradient of a replica is not finite, takes the update back and
 * throws a `NotFiniteError`.
 */
export async function supervisedStep(
  learner: Learner,
  { loss, lossMetric, optimizer, dropout, measured = {} }: {
    readonly loss: Loss;
    readonly lossMetric: string;
    readonly optimizer: AdamWKnobs;
    /** Its step is the row's. */
    readonly dropout: DropoutDraws;
    readonly measured?: Row['values'];
  },
): Promise<Row> {
  const { step } = dropout;
  const updated = await learner.update(loss, optimizer, dropout);
  const parts = [[lossMetric, updated.loss], ['gradNorm', updated.gradNorm]] as const;
  const bad = parts.find(([, numbers]) => !numbers.every(Number.isFinite))?.[0];
  const values = {
    ...measured,
    [lossMetric]: finiteOrInfinite(updated.loss),
    gradNorm: finiteOrInfinite(updated.gradNorm),
    learningRate: optimizer.learningRate,
  };
  if (bad === undefined) return { step, values };
  learner.undo();
  throw new NotFiniteError(step, bad, step - 1, [{ step, values }]);
}

/** NaN would mean 'not measured'. */
function finiteOrInfinite(values: Float32Array): Float32Array {
  return values.map((value) => (Number.isFinite(value) ? value : Infinity));
}
