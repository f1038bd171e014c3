import { readFile } from 'node:fs/promises';
import { streams } from '../src/core/random.js';
import { loadCpuKernels } from './kernels/cpu/load.js';
import { CpuPolicy } from './kernels/cpu/cpuPolicy.js';
import { initialiseTransformer } from './model/initialise.js';
import { transformerLayout } from './model/layout.js';
import { readSafetensors } from './model/safetensors.js';
import { taskShape } from './labs/grpo/warmStart.js';
import { longThinker, runningSum } from './labs/grpo/tasks/runningSum.js';
import { toolChoice } from './labs/grpo/tasks/toolChoice.js';
import { miniVqa } from './labs/grpo/tasks/miniVqa.js';
const tasks = [runningSum(longThinker), toolChoice, miniVqa];
import { groupAdvantages } from './rl/groupAdvantages.js';
import { scoreResponses } from './labs/grpo/responses.js';
import type { GrpoUpdate } from './model/policy.js';

export async function main(): Promise<void> {
  const module = await loadCpuKernels();
  for (const [id, n, weights] of [['running-sum', 4, [1, 0, 0.1]], ['running-sum', 2, [1, 0, 0.1]], ['running-sum', 8, [1, 0, 0.1]], ['tool-choice', 4, [1, 0.5]], ['mini-vqa', 4, [1, 1, 1]]] as const) {
    const task = tasks.find((t) => t.id === id)!;
    const shape = taskShape(task, { width: 32, layers: 2, heads: 2 });
    const size = transformerLayout(shape).size;
    const file = await readFile(`public/warm-start/${id === 'running-sum' ? 'running-sum-long' : id}.safetensors`).catch(() => undefined);
    const start = file
      ? readSafetensors(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer, 'parameters').values.slice(0, size)
      : initialiseTransformer(shape, [1]);
    if (!file) console.log('no warm start', id);
    const policy = new CpuPolicy(module, shape, start);
    const examples = task.split(1, 64, 8).training.slice(0, 8).flatMap((e) => Array.from({ length: n }, () => e));
    const prompts = Int32Array.from(examples.flatMap((e) => [...e.prompt]));
    const best = { all: 1e9, sample: 1e9, update: 1e9 };
    let tokens = 0;
    for (let step = 1; step <= 400; step++) {
      const t0 = performance.now();
      const s = await policy.sample({ prompts, promptLength: task.promptLength, repeats: n, maxResponseLength: task.maxResponseLength,
        sampling: { temperature: [1], topP: [1], topK: [0] }, endOfSequence: task.endOfSequence, padding: task.padding, seeds: [1], stream: streams.sampling, step });
      const t1 = performance.now();
      const scored = scoreResponses(task, examples, s.tokens, s.width, weights);
      const { advantages } = groupAdvantages(scored.rewards, n, 'group');
      const update: GrpoUpdate = { prompts, promptLength: task.promptLength, responses: s.tokens, width: s.width, lengths: scored.lengths,
        samplingLogProbs: s.logProbs, advantages: Float32Array.from(advantages), padding: task.padding, innerEpochs: 1,
        loss: { temperature: [1], klCoefficient: [0.02], entropyCoefficient: [0], labelSmoothing: [0], bounds: { low: [0.2], high: [0.2], dual: [0] }, klEstimator: 'k3', aggregation: 'token-mean', maxLength: 20, decisivePosition: task.decisivePosition },
        optimizer: { learningRate: [0], weightDecay: [0], maxGradNorm: [1], beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        dropout: { rates: [0], seeds: [1], step } };
      const t2 = performance.now();
      policy.update(update);
      const t3 = performance.now();
      if (step === 1) console.log(id, n, (await policy.scalars())!.join(' '), 'bytes', policy.bytes);
      best.all = Math.min(best.all, t3 - t0); best.sample = Math.min(best.sample, t1 - t0); best.update = Math.min(best.update, t3 - t2);
      tokens = scored.lengths.reduce((a, b) => a + b);
    }
    console.log(id, 'n', n, best, 'response tokens', tokens, 'rows', examples.length * (task.promptLength - 1) + tokens);
  }
}
await main();
