import { underfitting as underfittingOf } from '../../../findings/underfitting.js';
import type { BiencoderConfig } from '../parameters.js';
import { healthyRun, learnMore } from './fixes.js';
import { evaluations, isCollapsed } from './measures.js';

/**
 * At the end the training loss is above a quarter of what it was at first, and fewer than half of the queries find their
 * document, or the learning rate was far too low. A collapse has its own finding. The end is the last step, or where top-1
 * has not risen for as many evaluations as early stopping waited for when the run began: a replica is judged where it would
 * stop alone, so that what is found in it does not depend on the others, though a run goes on until all of them have
 * stopped rising.
 */
export const underfitting = underfittingOf<BiencoderConfig>({
  metrics: ['accuracyAt1', 'trainLoss'],
  progress: (config) => {
    const evaluate = evaluations();
    const patience = config.earlyStopPatience || Infinity;
    let collapsed = false;
    let best = -Infinity;
    let sinceBest = 0;
    return (step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated) return undefined;
      collapsed ||= isCollapsed(config, evaluated);
      const { train, initialTrain, accuracy } = evaluated;
      sinceBest = accuracy > best ? 0 : sinceBest + 1;
      best = Math.max(best, accuracy);
      return {
        score: accuracy,
        ended: step >= config.steps || sinceBest >= patience,
        unlearned: () => !collapsed && train > 0.25 * initialTrain && accuracy < 0.5,
        values: { train, initialTrain },
      };
    };
  },
  healthy: healthyRun,
  fix: learnMore,
});
