import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { it } from 'vitest';
import { openEngine } from '../../workers/backend/engine.js';
import { WebgpuPolicy } from '../../workers/kernels/webgpu/webgpuPolicy.js';
import { ReferencePolicy } from '../../workers/model/referencePolicy.js';
import { initialiseTransformer } from '../../workers/model/initialise.js';
import type { Policy, GrpoUpdate } from '../../workers/model/policy.js';

const env = { wasmFiles: '', readFile: () => Promise.reject(new Error('x')) };
it('bench', async () => {
  await openEngine('reference-webgpu', env);
  const device = (tf.backend() as WebGPUBackend).device;
  device.addEventListener('uncapturederror', (e) => console.log('ERR', e.error.message));
  const R = Number((globalThis as any).process?.env?.R ?? 1);
  const shape = { vocabulary: 16, context: 26, width: 32, layers: 2, heads: 2, mlpRatio: 4, causal: true, unembedding: true };
  const seeds = Array.from({ length: R }, (_, i) => i);
  const parameters = initialiseTransformer(shape, seeds) as Float32Array<ArrayBuffer>;
  const B = 32, P = 6, L = 20;
  const one = (v: number) => seeds.map(() => v);
  const prompts = Int32Array.from({ length: R * B * P }, (_, i) => (i * 7) % 10);
  const step = async (policy: Policy, s: number): Promise<{ js: number; t: number; parts: number[] }> => {
    const t0 = performance.now();
    const sp = policy.sample({ prompts, promptLength: P, repeats: 4, maxResponseLength: L, sampling: { temperature: one(1), topP: one(1), topK: one(0) }, endOfSequence: 14, padding: 15, seeds, stream: 6, step: s });
    const t1 = performance.now();
    const sample = await sp;
    const t2 = performance.now();
    const lengths = Int32Array.from({ length: R * B }, (_, i) => { const e = sample.tokens.subarray(i * L, (i + 1) * L).indexOf(14); return e < 0 ? L : e + 1; });
    const t3 = performance.now();
    const u: GrpoUpdate = { prompts, promptLength: P, responses: sample.tokens, width: sample.width, lengths, samplingLogProbs: sample.logProbs, advantages: Float32Array.from(lengths, (_, i) => Math.sin(i)), padding: 15, maxResponseLength: L, innerEpochs: 1,
      loss: { temperature: one(1), klCoefficient: one(0.02), entropyCoefficient: one(0), labelSmoothing: one(0), bounds: { low: one(0.2), high: one(0.2), dual: one(0) }, klEstimator: 'k3', aggregation: 'token-mean', maxLength: L },
      optimizer: { learningRate: one(1e-5), weightDecay: one(0), maxGradNorm: one(1), beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, dropout: { rates: one(0), seeds, step: s } };
    policy.update(u);
    const t4 = performance.now();
    if ((globalThis as any).process?.env?.PARTS) await device.queue.onSubmittedWorkDone();
    const t5 = performance.now();
    return { js: t1 - t0 + t4 - t3, t: t5 - t0, parts: [t2 - t0, t5 - t3, lengths.reduce((a, b) => a + b, 0) / lengths.length] };
  };
  const run = async (name: string, policy: Policy, steps: number) => {
    for (let s = 0; s < 3; s++) { const r = await step(policy, s); if (s < 1) console.log(name, 'first', r.t.toFixed(0)); }
    await policy.scalars();
    const t0 = performance.now(); let js = 0; let a = 0, b = 0, len = 0;
    const d0 = (policy as any).dispatches ?? 0;
    for (let s = 0; s < steps; s++) { const r = await step(policy, s + 3); js += r.js; a += r.parts[0]!; b += r.parts[1]!; len += r.parts[2]!; }
    await policy.scalars();
    const t = (performance.now() - t0) / steps;
    console.log(name, `R=${R}`, 'ms/step', t.toFixed(2), 'js', (js / steps).toFixed(2), 'sample', (a / steps).toFixed(2), 'update', (b / steps).toFixed(2), 'len', (len / steps).toFixed(1), 'dispatches', (((policy as any).dispatches ?? 0) - d0) / steps, JSON.stringify((policy as any).memory?.tally ?? ''));
  };
  await run('kernels', new WebgpuPolicy(device, shape, parameters), 20);
  if ((globalThis as any).process?.env?.REF ?? true) await run('reference', new ReferencePolicy({ id: 'reference-webgpu', synchronous: false }, shape, parameters), 2);
});
