import type { Learner } from '../../engines/learner.js';
import type { Row } from '../trainer.js';
import { decode, entropy, greedy, withoutDropout } from './decode.js';
import { batchOf, type Examples } from './examples.js';
import { weightedCrossEntropy } from './losses.js';
import { pickLogits, type PointerShape } from './model.js';
import { score, type QuerySet } from './world.js';

/** Queries a replica at a time: larger batches only take memory. */
const chunk = 128;

/** A selector's greedy picks for its validation queries, for the views. */
export interface Choices {
  /** `[R][400, m]`. */
  readonly picks: readonly Int32Array[];
  /** Of each candidate at each pick, `[R][400, m, K]`. */
  readonly probabilities: readonly Float32Array[];
  /** Of the last layer, mean over heads, `[R][400, K]`. */
  readonly attention: readonly Float32Array[];
}

export interface Measured {
  readonly step: number;
  readonly values: Row['values'];
  readonly choices: Choices;
}

/**
 * The scores of the most probable picks on training and validation queries; on the validation queries also the
 * cross-entropy of the best picks, and the entropy of a pick, mean over the picks made.
 */
export async function measure(
  step: number,
  learner: Learner,
  shape: PointerShape,
  examples: readonly Examples[],
): Promise<Measured> {
  const training = await choose(learner, shape, examples.map((own) => own.training));
  const validation = await choose(learner, shape, examples.map((own) => own.validation));
  const { picks, probabilities, attention } = validation;
  return {
    step,
    values: {
      validationScore: validation.scores,
      trainScore: training.scores,
      validationLoss: await bestPicksLoss(learner, shape, examples.map((own) => own.validation)),
      entropy: validation.entropies,
    },
    choices: { picks, probabilities, attention },
  };
}

async function choose(
  learner: Learner,
  shape: PointerShape,
  sets: readonly QuerySet[],
): Promise<Choices & { scores: number[]; entropies: number[] }> {
  const { count, poolSize, shotNum: length } = sets[0]!;
  const picks = sets.map(() => new Int32Array(count * length));
  const probabilities = sets.map(() => new Float32Array(count * length * poolSize));
  const attention = sets.map(() => new Float32Array(count * poolSize));
  const scores = sets.map(() => 0);
  const entropies = sets.map(() => 0);
  for (let start = 0; start < count; start += chunk) {
    const size = Math.min(chunk, count - start);
    const batch = batchOf(sets, sets.map(() => range(start, size)));
    const chosen = await decode(learner, shape, batch, { sequences: 1, length }, greedy);
    sets.forEach((set, replica) => {
      const own = <T extends Int32Array | Float32Array>(values: T): T => {
        const each = values.length / sets.length;
        return values.subarray(replica * each, (replica + 1) * each) as T;
      };
      picks[replica]!.set(own(chosen.picks.candidates), start * length);
      probabilities[replica]!.set(own(chosen.logProbs).map((logProb) => Math.exp(logProb)), start * length * poolSize);
      const heads = own(chosen.attention);
      heads.forEach((weight, i) => (attention[replica]![start * poolSize + (i % (size * poolSize))]! += weight / shape.heads));
      for (let i = 0; i < size; i++) scores[replica]! += score(set, start + i, own(chosen.picks.candidates), i * length) / count;
      for (let i = 0; i < size * length; i++) {
        entropies[replica]! += entropy(own(chosen.logProbs).subarray(i * poolSize, (i + 1) * poolSize)) / (count * length);
      }
    });
  }
  return { picks, probabilities, attention, scores, entropies };
}

/** The cross-entropy of the best picks, mean over queries and picks, nats: one a replica. */
async function bestPicksLoss(learner: Learner, shape: PointerShape, sets: readonly QuerySet[]): Promise<number[]> {
  const { count, shotNum: length } = sets[0]!;
  const sums = sets.map(() => 0);
  const none = sets.map(() => 0);
  for (let start = 0; start < count; start += chunk) {
    const size = Math.min(chunk, count - start);
    const batch = batchOf(sets, sets.map(() => range(start, size)));
    const candidates = new Int32Array(sets.length * size * length);
    sets.forEach(({ best }, replica) => {
      candidates.set(best.subarray(start * length, (start + size) * length), replica * size * length);
    });
    const picks = { sequences: 1, length, candidates };
    const weights = new Float32Array(sets.length * size).fill(1);
    const [loss] = await learner.compute((operations) => {
      const { logits } = pickLogits(operations, shape, batch, picks, length - 1, withoutDropout(sets.length));
      return [weightedCrossEntropy(operations, logits, picks, weights, none)];
    });
    loss!.forEach((value, replica) => (sums[replica]! += (value * size) / count));
  }
  return sums;
}

function range(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}
