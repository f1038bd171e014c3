import { beforeAll, describe, expect, it } from 'vitest';
import type { Outputs } from '../golden/compute.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import { unfitPolicy } from '../../workers/engines/webgpu/fits.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import { functions } from '../golden/functions.js';
import { checkGolden, type GoldenFile } from '../golden/harness.js';
import { openWebgpu } from './device.js';
import { draws, kernelFunctions } from './kernelFunctions.js';

const files = Object.values(import.meta.glob<GoldenFile>(['../golden/*.json', '../golden/libraries/*.json'], { eager: true, import: 'default' }));

beforeAll(openWebgpu);

const golden = (name: string): GoldenFile[] => files.filter((file) => file.function === name);
const throughOutputs = Object.keys(kernelFunctions).filter((name) => name !== 'samplingDistribution');

describe('golden values through the kernels', () => {
  // The kernels have no use for policyKl, which is not among a step's scalars, and are for policies only.
  const known = throughOutputs.flatMap(golden).map((file) => {
    const fit = file.cases.filter(({ inputs: { shape } }) => shape === undefined || unfitPolicy(shape as TransformerShape) === undefined);
    const cases = fit.map(({ expected: { policyKl: _, ...expected }, ...rest }) => ({ ...rest, expected }));
    return { ...file, cases };
  });
  checkGolden(known, kernelFunctions);

  const sampled = golden('samplingDistribution').flatMap((file) => file.cases).map((one, i) => [i + 1, one] as const);
  it.each(sampled)('samplingDistribution: case %i', async (_, { inputs, expected }) => {
    const [outputs] = await kernelFunctions['samplingDistribution']!([inputs]);
    const [probabilities, counts] = [outputs!['probabilities'], outputs!['counts']] as [number[][], number[][]];
    (expected['probabilities'] as number[][]).forEach((row, i) => {
      let chiSquare = 0;
      let classes = 0;
      row.forEach((probability, token) => {
        if (counts[i]![token]! > 0) expect(Math.abs(probabilities[i]![token]! - probability), `token ${token}`).toBeLessThan(1e-4);
        if (probability * draws < 5) return;
        classes++;
        chiSquare += (counts[i]![token]! - probability * draws) ** 2 / (probability * draws);
      });
      // Four standard deviations above the mean of a chi-square distribution.
      expect(chiSquare, `row ${i}`).toBeLessThan(classes + 4 * Math.sqrt(2 * classes));
    });
  });
});

it('AdamW equals the reference after 100 steps from the same gradients', async () => {
  const random = new RandomSequence(1, streams.initialisation, 1);
  const normals = (count: number, scale: number): number[] => Array.from({ length: count }, () => scale * random.normal());
  const inputs = [0.5, 20].map((maxGradNorm) => ({
    parameters: normals(301, 1),
    gradients: Array.from({ length: 100 }, (_, step) => normals(301, 0.1 + step / 50)),
    learningRate: 0.01,
    weightDecay: 0.1,
    maxGradNorm,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  }));
  const expected = await functions['adamW']!(inputs);
  const actual = await kernelFunctions['adamW']!(inputs);
  expected.forEach((one, r) => {
    const last = (outputs: Outputs): number[] => (outputs['parametersAfterEachStep'] as number[][])[99]!;
    last(one).forEach((value, i) => expect(Math.abs(last(actual[r]!)[i]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))));
  });
});
