import { describe, expect, test } from 'vitest';
import { bench } from '../../src/core/messages/en/bench.js';
import { shaderCode, type KernelSource } from '../../workers/engines/webgpu/kernel.js';
import { kernelSources } from '../../workers/engines/webgpu/kernels.js';

const shape = { vocabulary: 16, context: 24, width: 32, layers: 2, heads: 2, mlpRatio: 4, causal: true, unembedding: true };
const sources = Object.entries<KernelSource<string, string>>(kernelSources(shape, 16));
/** The losses' text follows the specification of the GRPO step, to which the golden files hold what they compute. */
const ofTheStep = ['tokenLogProbs', 'grpoLoss'];
const assembled = sources.filter(([name]) => !ofTheStep.includes(name));

describe('the kernels of the shipped size', () => {
  test.each(assembled)('%s: its WGSL as a reviewer reads it', async (name, source) => {
    await expect(shaderCode(source)).toMatchFileSnapshot(`wgsl/${name}.wgsl`);
  });

  test.each(sources)('%s keeps to WebGPU\'s default limits, and its time has a heading', (name, { label, lanes, call, buffers }) => {
    expect(label).toBe(name);
    expect(lanes).toBeLessThanOrEqual(256);
    expect(Object.keys(buffers).length).toBeLessThanOrEqual(8);
    expect(Object.keys(call).length).toBeLessThanOrEqual(64);
    expect(Object.keys(bench)).toContain(`bench.kernel.${name}`);
  });
});
