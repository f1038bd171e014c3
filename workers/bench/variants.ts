import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig } from '../../src/core/labs/grpo/parameters.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { EngineId, Environment } from '../engines/engine.js';
import { openEngine } from '../engines/openEngine.js';
import { prepareGrpo } from '../labs/grpo/prepare.js';
import { Population } from '../labs/population.js';
import type { Trainer } from '../labs/trainer.js';

interface Variant {
  readonly name: string;
  readonly values: ConfigChange;
  /** The variant that it is compared with. */
  readonly base: string;
}

const several = { innerEpochs: 4 };
const plain = 'plain';
const epochs = '4 inner epochs';

/** Variants of the `running-sum` step, each beside the plain step with as many passes over its rollouts. */
const variants: readonly Variant[] = [
  { name: plain, values: {}, base: plain },
  { name: 'again', values: {}, base: plain },
  { name: '4 mini-batches', values: { miniBatches: 4 }, base: plain },
  { name: 'clip-cov', values: { policyLoss: 'clip-cov' }, base: plain },
  { name: 'KL correction', values: { klCorrection: true }, base: plain },
  { name: 'KL in the reward', values: { klInReward: true }, base: plain },
  { name: 'rloo', values: { advantageEstimator: 'rloo' }, base: plain },
  { name: 'gdpo', values: { advantageEstimator: 'gdpo' }, base: plain },
  { name: 'truncated masked', values: { maskTruncated: true }, base: plain },
  { name: 'noisy verifier', values: { verifierFalsePositive: 0.1 }, base: plain },
  { name: 'entropy target', values: { entropyTarget: 0.2 }, base: plain },
  { name: 'bfloat16 sampler', values: { rolloutPrecision: 'bfloat16' }, base: plain },
  { name: 'fp8 sampler', values: { rolloutPrecision: 'fp8' }, base: plain },
  { name: 'fp8, token-truncate', values: { rolloutPrecision: 'fp8', rolloutCorrection: 'token-truncate' }, base: plain },
  { name: 'fp8, sequence-mask', values: { rolloutPrecision: 'fp8', rolloutCorrection: 'sequence-mask' }, base: plain },
  { name: 'stale by 4', values: { staleness: 4 }, base: plain },
  { name: epochs, values: several, base: epochs },
  ...(['gspo', 'cispo', 'clip-cov', 'kl-cov', 'gpg', 'sapo'] as const).map(
    (policyLoss) => ({ name: `${epochs}, ${policyLoss}`, values: { ...several, policyLoss }, base: epochs }),
  ),
];

/** What a variant of the GRPO step took on an engine. */
export interface VariantTime {
  readonly name: string;
  readonly base: string;
  /** ms a step: the median over the rounds. */
  readonly ms: number;
  /** The median over the rounds of its time by that of its base in the same round. */
  readonly ratio: number;
}

const rounds = 15;
/** ms that a turn should take. */
const turn = 60;

/** Times every variant on one engine, side by side in turns, so that what else the machine does falls on all of them. */
export async function timeVariants(id: EngineId, environment: Environment): Promise<VariantTime[]> {
  const trainers: { readonly variant: Variant; readonly trainer: Trainer; readonly count: number; readonly times: number[] }[] = [];
  const steps = async (trainer: Trainer, count: number): Promise<number> => {
    const started = performance.now();
    for (let i = 0; i < count; i++) await trainer.train();
    await trainer.flush();
    return (performance.now() - started) / count;
  };
  for (const variant of variants) {
    const values = { task: 'running-sum', learningRate: 1e-6, schedule: 'constant', warmupSteps: 0, steps: 5000, ...variant.values };
    const trainer = await prepareGrpo({
      population: new Population(grpoConfig(configure(grpo, { values }).config)),
      engine: await openEngine(id, environment),
      environment,
      onWarmStart: () => Promise.reject(new Error('the warm start is trained, not loaded')),
      announce: () => undefined,
      note: ({ id }) => {
        throw new Error(id);
      },
    });
    // What is compiled, and remembered of the reference, is there by then.
    await steps(trainer, 5);
    trainers.push({ variant, trainer, count: Math.max(1, Math.round(turn / (await steps(trainer, 3)))), times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { trainer, count, times } of trainers) times.push(await steps(trainer, count));
  }
  for (const { trainer } of trainers) trainer.dispose();
  const timesOf = (name: string): readonly number[] => trainers.find(({ variant }) => variant.name === name)!.times;
  return trainers.map(({ variant: { name, base }, times }) => {
    const bases = timesOf(base);
    return { name, base, ms: median(times), ratio: median(times.map((ms, round) => ms / bases[round]!)) };
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
