import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../workers/engines/openEngine.js';
import { lossKnobs, rolloutSampling } from '../../workers/labs/grpo/knobs.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import { taskShape } from '../../workers/labs/grpo/warmStart.js';
import { Population } from '../../workers/labs/population.js';
import { readWarmStart } from '../../workers/labs/warmStart.js';
import { transformerLayout } from '../../workers/engines/layout.js';
import type { Policy, PolicySnapshot } from '../../workers/engines/policy.js';
import { shardSizes } from '../../workers/engines/cpu/shardedPolicy.js';
import { streams } from '../../src/core/random.js';
import { testEnvironment } from '../environment.js';
import { sharded } from '../kernels/shards.js';
import { grpoConfig } from './drive.js';

let policyOf: (start: Float32Array | PolicySnapshot) => Policy;
const replicas = 5;
const config = grpoConfig('collapse', { replicas, dropout: 0.1, klCoefficient: 0.05, labelSmoothing: 0.01 });
const task = findTask(config);
const shape = taskShape(task, { width: 32, layers: 2, heads: 2 });
const population = new Population(config);
const { seeds } = population;
let weights: Float32Array;
const spread = (workers: number): Policy => sharded(policyOf, weights, { replicas, workers });

beforeAll(async () => {
  const engine = await openEngine('reference-wasm', testEnvironment);
  policyOf = (start) => engine.createPolicy(shape, start);
  weights = readWarmStart(await testEnvironment.readFile('warm-start/running-sum-long.safetensors'), transformerLayout(shape).size, seeds);
});

/** Three training steps on fixed advantages. */
async function run(policy: Policy): Promise<unknown[]> {
  const examples = seeds.flatMap((seed) => task.split(seed, 64, 8).training.slice(0, 3));
  const prompts = Int32Array.from(examples.flatMap(({ prompt }) => prompt));
  const said: unknown[] = [];
  for (let step = 1; step <= 3; step++) {
    const sampled = await policy.sample({
      prompts,
      promptLength: task.promptLength,
      repeats: 1,
      maxResponseLength: 20,
      sampling: rolloutSampling(population),
      endOfSequence: task.endOfSequence,
      padding: task.padding,
      seeds,
      stream: streams.sampling,
      step,
    });
    const lengths = Int32Array.from(examples, (_, i) => {
      const row = sampled.tokens.subarray(i * sampled.width, (i + 1) * sampled.width);
      return row.includes(task.endOfSequence) ? row.indexOf(task.endOfSequence) + 1 : sampled.width;
    });
    policy.update({
      prompts,
      promptLength: task.promptLength,
      responses: sampled.tokens,
      width: sampled.width,
      lengths,
      samplingLogProbs: sampled.logProbs,
      advantages: Float32Array.from(examples, (_, i) => (i % 3) - 1),
      inLoss: new Int32Array(lengths.length).fill(1),
      padding: task.padding,
      maxResponseLength: 20,
      innerEpochs: 2,
      miniBatches: 1,
      repeats: 1,
      staleness: 0,
      loss: lossKnobs(population, task),
      optimizer: population.optimizer(60, 120),
      dropout: { rates: seeds.map(() => 0.1), seeds, step },
    });
    // −0, where nothing was sampled, is 0 too.
    said.push([...sampled.tokens], Array.from(sampled.logProbs, (value) => value || 0), [...(sampled.scalars ?? [])]);
  }
  said.push([...(await policy.scalars())!], [...(await policy.parameters())]);
  policy.dispose();
  return said;
}

describe('a population spread over workers', () => {
  it('trains as one population does, bit for bit', async () => {
    const whole = await run(policyOf(weights));
    expect((whole.at(-1) as number[]).every(Number.isFinite)).toBe(true);
    expect(await run(spread(2))).toEqual(whole);
    expect(await run(spread(5))).toEqual(whole);
  });

  it('has the snapshot of the whole population', async () => {
    const [whole, parts] = [policyOf(weights), spread(2)];
    expect(await parts.snapshot()).toEqual(await whole.snapshot());
    const again = policyOf(await parts.snapshot());
    expect(await again.parameters()).toEqual(weights);
    for (const policy of [whole, parts, again]) policy.dispose();
  });

  it('reports what went wrong in an operation that nobody waits for', async () => {
    const policy = spread(2);
    policy.undo();
    await expect(policy.parameters()).rejects.toThrow('no update to take back');
    policy.dispose();
  });

  it('is spread evenly', () => {
    expect(shardSizes(5, 2)).toEqual([2, 3]);
    expect(shardSizes(3, 8)).toEqual([1, 1, 1]);
    expect(shardSizes(1, 0)).toEqual([1]);
  });
});
