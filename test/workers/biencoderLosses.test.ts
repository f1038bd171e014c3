import { beforeAll, expect, it } from 'vitest';
import { RandomSequence } from '../../src/core/random.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { CpuLearner } from '../../workers/engines/cpu/cpuLearner.js';
import { answers, makeBatch, randomDocuments, type Batch } from '../../workers/labs/biencoder/batch.js';
import { initialiseModel, modelLayout, type ModelShape } from '../../workers/labs/biencoder/model.js';
import { batchLoss, representBatch, type Objective } from '../../workers/labs/biencoder/objective.js';
import { trainingPairs } from '../../workers/labs/biencoder/sentences.js';
import { startSnapshot, type Learner } from '../../workers/engines/learner.js';
import { ReferenceLearner } from '../../workers/engines/reference/referenceLearner.js';
import { testEnvironment } from '../environment.js';

let learnersOf: (shape: ModelShape, seeds: readonly number[]) => Learner[];

beforeAll(async () => {
  await openEngine('reference-wasm', testEnvironment);
  const module = await loadCpuKernels('cpu');
  learnersOf = (shape, seeds) => {
    const layout = modelLayout(shape);
    const start = startSnapshot(layout, initialiseModel(shape, seeds));
    return [new ReferenceLearner(layout, start), new CpuLearner(module, layout, start)];
  };
});

/** Batches of replicas with data and draws of their own. */
function batchOf(seeds: readonly number[], batches: number, size: number, randomRate: number): Batch {
  const rows = seeds.map((seed) => {
    return { pairs: trainingPairs(seed, batches * size), randomRate, random: new RandomSequence(seed, 91, size) };
  });
  return makeBatch(rows, batches);
}

it('a batch uses hard negatives in the share that it is told, half of them twins', () => {
  const { hard, queries, documents, size } = batchOf([1, 2], 20, 50, 0.3);
  const twins = [...queries].filter((meaning, i) => documents[Math.floor(i / size) * 2 * size + size + (i % size)] === meaning);
  expect(Math.abs(hard.reduce((sum, one) => sum + one, 0) / hard.length - 0.7)).toBeLessThan(0.04);
  expect(Math.abs(twins.length / queries.length - 0.5)).toBeLessThan(0.04);
});

const model: ModelShape = {
  tower: 'mean-pool', fusion: 'concat', width: 8, outputSize: 4, head: 'separate', headNorm: false, headActivation: false,
};
const plain: Objective = {
  loss: 'infonce', symmetric: false, distance: 'euclidean', negatives: 'attribute',
  temperature: [0.1, 0.4], margin: [0.2, 0.6], labelSmoothing: [0.1, 0], dropout: [0, 0],
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);

/** Cross-entropy of candidate `own` among those that take part, one number at a time. */
function crossEntropy(logits: readonly number[], own: number, takesPart: readonly boolean[], smoothing: number): number {
  const total = logits.reduce((sum, logit, j) => sum + (takesPart[j] ? Math.exp(logit) : 0), 0);
  const losses = logits.map((logit) => Math.log(total) - logit);
  return (1 - smoothing) * losses[own]! + smoothing * mean(losses.filter((_, j) => takesPart[j]));
}

/** What the loss should be, from the embeddings of one replica. */
function bruteForce(
  batch: Batch,
  r: number,
  objective: Objective,
  query: (i: number) => Float32Array,
  document: (i: number) => Float32Array,
): number {
  const { size, batches } = batch;
  const losses: number[] = [];
  const columns = [...Array(2 * size).keys()];
  for (let i = 0; i < batches * size; i++) {
    const row = r * batches * size + i;
    const first = Math.floor(i / size) * size;
    const at = (j: number): Float32Array => document(2 * first + j);
    const own = i - first;
    const takesPart = (queryRow: number, j: number): boolean =>
      j === queryRow % size ||
      (!answers(batch, queryRow, j) && (j < size || batch.hard[queryRow - (queryRow % size) + j - size] === 1));
    if (objective.loss === 'infonce') {
      const logits = columns.map((j) => dot(query(i), at(j)) / objective.temperature[r]!);
      const forward = crossEntropy(logits, own, columns.map((j) => takesPart(row, j)), objective.labelSmoothing[r]!);
      const rows = columns.slice(0, size);
      const back = rows.map((j) => dot(query(first + j), at(own)) / objective.temperature[r]!);
      const backward = crossEntropy(back, own, rows.map((j) => takesPart(r * batches * size + first + j, own)), objective.labelSmoothing[r]!);
      losses.push(objective.symmetric ? (forward + backward) / 2 : forward);
      continue;
    }
    const distance = (j: number): number => {
      const cosine = dot(query(i), at(j));
      return objective.distance === 'cosine' ? 1 - cosine : Math.sqrt(Math.max(1e-8, 2 - 2 * cosine));
    };
    const nearest = (candidates: number[]): number => Math.min(...candidates.map(distance));
    const wrong = columns.filter((j) => !answers(batch, row, j));
    const farther = wrong.filter((j) => distance(j) > distance(own));
    const random = batch.drawn[row * randomDocuments]!;
    const hard = {
      'random': [random].filter((j) => wrong.includes(j)).map(distance)[0],
      'attribute': [size + own].filter((j) => wrong.includes(j)).map(distance)[0],
      'hardest': nearest(wrong),
      'semi-hard': farther.length > 0 ? nearest(farther) : Math.max(...wrong.map(distance)),
    };
    const negative = hard[batch.hard[row] ? objective.negatives : 'random'];
    if (negative !== undefined) losses.push(Math.max(0, distance(own) - negative + objective.margin[r]!));
  }
  return mean(losses);
}

const objectives: readonly Partial<Objective>[] = [
  {}, { symmetric: true },
  ...(['random', 'attribute', 'semi-hard', 'hardest'] as const).map((negatives) => ({ loss: 'triplet' as const, negatives })),
  { loss: 'triplet', negatives: 'hardest', distance: 'cosine' },
  { loss: 'triplet', negatives: 'semi-hard', distance: 'cosine' },
];

it.each(objectives)('the loss of %o is what plain numbers give, on both engines', async (part) => {
  const objective = { ...plain, ...part };
  const seeds = [5, 6];
  // The last has so many queries a batch that false negatives are sure.
  for (const [batches, size, randomRate] of [[1, 3, 0.5], [2, 7, 0.2], [1, 80, 0.6]] as const) {
    const batch = batchOf(seeds, batches, size, randomRate);
    for (const learner of learnersOf(model, seeds)) {
      const [losses, queries, documents] = (await learner.compute((operations) => {
        const represented = representBatch(operations, model, batch, plain.dropout);
        return [batchLoss(operations, model, batch, objective, represented), represented.queries, represented.documents];
      })) as [Float32Array, Float32Array, Float32Array];
      seeds.forEach((_, r) => {
        const row = (values: Float32Array) => (i: number): Float32Array => {
          const start = (r * values.length) / seeds.length + i * model.outputSize;
          return values.subarray(start, start + model.outputSize);
        };
        expect(losses[r]).toBeCloseTo(bruteForce(batch, r, objective, row(queries), row(documents)), 4);
      });
      learner.dispose();
    }
  }
});

const heads = [[false, false], [true, false], [false, true], [true, true]] as const;

it.each(heads)('the pair classifier’s loss (norm %s, ReLU %s) is what plain numbers give', async (headNorm, headActivation) => {
  const shape: ModelShape = { ...model, head: 'pair', headNorm, headActivation };
  const seeds = [7, 8];
  const batch = batchOf(seeds, 2, 6, 0.5);
  for (const learner of learnersOf(shape, seeds)) {
    const [losses, queries, documents] = (await learner.compute((operations) => {
      const represented = representBatch(operations, shape, batch, plain.dropout);
      const objective: Objective = { ...plain, loss: 'pair-classifier' };
      return [batchLoss(operations, shape, batch, objective, represented), represented.queries, represented.documents];
    })) as [Float32Array, Float32Array, Float32Array];
    const layout = modelLayout(shape);
    const { parameters } = await learner.snapshot();
    const d = 2 * shape.width;
    seeds.forEach((_, r) => {
      const weights = (name: string): Float32Array => {
        const { offset, size } = layout.entries.find((entry) => entry.name === name)!;
        return parameters.subarray(r * layout.size + offset, r * layout.size + offset + size);
      };
      const score = (u: Float32Array, v: Float32Array): number => {
        const features = [...u, ...v, ...u.map((x, k) => x - v[k]!), ...u.map((x, k) => Math.abs(x - v[k]!))];
        const into = weights('pairHidden');
        let hidden = [...weights('pairHiddenBias')].map((bias, j) =>
          features.reduce((sum, x, k) => sum + x * into[k * shape.outputSize + j]!, bias),
        );
        if (headNorm) {
          const centre = mean(hidden);
          const spread = Math.sqrt(mean(hidden.map((x) => (x - centre) ** 2)) + 1e-5);
          hidden = hidden.map((x) => (x - centre) / spread);
        }
        if (headActivation) hidden = hidden.map((x) => Math.max(0, x));
        return hidden.reduce((sum, x, j) => sum + x * weights('pairScore')[j]!, weights('pairScoreBias')[0]!);
      };
      const row = (values: Float32Array, i: number): Float32Array => {
        const start = (r * values.length) / seeds.length + i * d;
        return values.subarray(start, start + d);
      };
      const each = Array.from({ length: 12 }, (_, i) => {
        const at = r * 12 + i;
        const own = i % 6;
        const drawn = [...batch.drawn.subarray(at * randomDocuments, (at + 1) * randomDocuments)];
        const shown = [own, ...(batch.hard[at] ? [6 + own, ...drawn.slice(1)] : drawn)];
        const logits = shown.map((column) => score(row(queries, i), row(documents, Math.floor(i / 6) * 12 + column)));
        const takesPart = shown.map((column, k) => k === 0 || !answers(batch, at, column));
        return crossEntropy(logits, 0, takesPart, plain.labelSmoothing[r]!);
      });
      expect(losses[r]).toBeCloseTo(mean(each), 4);
    });
    learner.dispose();
  }
});
