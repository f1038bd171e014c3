import { describe, expect, it } from 'vitest';
import {
  afterStep, aggregations, assemblySource, grpoKnobNames, grpoScalars, kernelKnob, klEstimators, policyLosses, rolloutCorrections,
  scalarDivisor, singledOutTokens, stepScalars, tokenWeight, unbounded,
} from '../../workers/engines/grpoStep.js';
import { type PerReplica, sliceReplicas } from '../../workers/engines/perReplica.js';
import { inputRecord } from '../../workers/engines/webgpu/inputRecord.js';
import { Inputs } from '../../workers/engines/webgpu/inputs.js';
import { grpo } from '../../src/core/labs/grpo/index.js';

describe('the specification of the GRPO step', () => {
  it('names knobs, choices and scalars as the lab does', () => {
    const parameters = grpo.parameters.map(({ key }) => key);
    expect(parameters).toEqual(expect.arrayContaining([...grpoKnobNames]));
    const choices = { klEstimator: klEstimators, aggregation: aggregations, policyLoss: policyLosses, rolloutCorrection: rolloutCorrections };
    for (const [key, kinds] of Object.entries(choices)) {
      const { options } = grpo.parameters.find((parameter) => parameter.key === key) as { options: readonly string[] };
      expect([...options].sort(), key).toEqual([...kinds].sort());
    }
    const metrics = grpo.metrics.map(({ id }) => id);
    expect(metrics).toEqual(expect.arrayContaining(stepScalars.filter((name) => name !== 'loss')));
  });

  it('tells kernels of no bound by a finite number', () => {
    expect([kernelKnob('clipLow', Infinity), kernelKnob('clipHigh', 0.2), kernelKnob('dualClip', 0), kernelKnob('dualClip', 3)])
      .toEqual([unbounded, 0.2, unbounded, 3]);
    expect([kernelKnob('klCoefficient', 0), kernelKnob('temperature', 1)]).toEqual([0, 1]);
  });

  it('weighs tokens so that equal values keep their size, but for sums', () => {
    const lengths = [1, 4, 3];
    const maxLength = 6;
    const total = (aggregation: (typeof aggregations)[number]): number =>
      lengths.reduce((sum, length) => sum + length * tokenWeight(aggregation, { length, tokens: 8, responses: 3, maxLength }), 0);
    expect(aggregations.map(total)).toEqual([1, 1, 8 / 3, 8 / 18].map((value) => expect.closeTo(value, 12)));
  });

  it('divides sums by what they are a mean of', () => {
    const counts = { tokens: 8, responses: 3, hasDecisive: true };
    const divisors = Object.fromEntries(stepScalars.map((name) => [name, scalarDivisor(name, counts)]));
    expect(divisors).toMatchObject({ loss: 1, policyLoss: 1, entropy: 8, clipFraction: 8, 'entropy.decisive': 3, gradNorm: 1 });
    expect(scalarDivisor('entropy.decisive', { ...counts, hasDecisive: false })).toBeNaN();
  });

  it('keeps the first inner epoch, or the mean or the largest of all', () => {
    const over = (name: 'kl' | 'clipFraction' | 'ratio.max', miniBatches: number): number =>
      [1, 2, 6, 1, 3, 5].reduce((before, value, step) => {
        const [epoch, miniBatch] = [Math.floor(step / miniBatches), step % miniBatches];
        return afterStep(name, before, value, { epoch, miniBatch, innerEpochs: 6 / miniBatches, miniBatches });
      }, NaN);
    expect([over('kl', 1), over('clipFraction', 1), over('ratio.max', 1)]).toEqual([1, expect.closeTo(3, 12), 6]);
    expect([over('kl', 3), over('clipFraction', 3), over('ratio.max', 3)]).toEqual([expect.closeTo(3, 12), expect.closeTo(3, 12), 6]);
  });

  it('singles out one token at least', () => {
    expect([singledOutTokens(2e-4, 320), singledOutTokens(0.2, 10), singledOutTokens(0.25, 11)]).toEqual([1, 2, 2]);
  });

  it('is a module of AssemblyScript', () => {
    const source = assemblySource();
    expect(source).toContain('export const unbounded: f32 = 1e+30;');
    expect(source).toContain(`export const scalarCount: i32 = ${grpoScalars.length};`);
    expect(source).toMatch(/class GrpoKnobs \{\n {2}temperature: f32;\n {2}klCoefficient: f32;/);
    expect(source).toMatch(/enum Scalar \{\n {2}loss = 0,\n {2}policyLoss = 1,[^}]*entropyDecisive = 4,/);
  });
});

describe('a slice of replicas', () => {
  const range = { from: 1, to: 3, replicas: 3 };

  it('has the part of every list and array, however deep, and the rest as it is', () => {
    const seeds: PerReplica = [7, 8, 9];
    const same = { step: 4, position: undefined, kind: 'k3' };
    const told = { rows: new Int32Array([1, 1, 2, 2, 3, 3]), inner: { seeds, ...same } };
    expect(sliceReplicas(told, range)).toEqual({ rows: new Int32Array([2, 2, 3, 3]), inner: { seeds: [8, 9], ...same } });
    expect(seeds).toEqual([7, 8, 9]);
  });

  it('says which list has not a number for each replica', () => {
    const clipLow: PerReplica = [1, 2];
    expect(() => sliceReplicas({ loss: { clipLow } }, range)).toThrow('loss.clipLow: 2 numbers for 3 replicas');
    expect(() => sliceReplicas({ prompts: new Int32Array(4) }, range)).toThrow('prompts: 4 numbers do not divide into 3 replicas');
  });

  it('does not compile where a list is not one of replicas', () => {
    const lists: { shape: readonly number[] } = { shape: [2, 4, 6] };
    // @ts-expect-error: a list of anything else would be cut as well
    expect(sliceReplicas(lists, range).shape.length).toBeLessThan(lists.shape.length);
  });
});

describe('a record in the inputs', () => {
  const record = inputRecord('Pair', { share: 'f32', count: 'u32' });

  it('lies as its WGSL reads it', () => {
    const inputs = new Inputs();
    const first = record.add(inputs, [{ share: 0.5, count: 3 }, { share: -1, count: 4 }]);
    const { offset, view } = inputs.addWords(1);
    expect(offset).toBe(first + 4);
    const words = new Uint32Array(view.buffer, 4 * first, 4);
    const floats = new Float32Array(view.buffer, 4 * first, 4);
    expect([floats[0], words[1], floats[2], words[3]]).toEqual([0.5, 3, -1, 4]);
    expect(record.wgsl).toBe(`
struct Pair {
  share: f32,
  count: u32,
}
fn readPair(first: u32, i: u32) -> Pair {
  let at = first + i * 2u;
  return Pair(bitcast<f32>(inputs[at + 0u]), inputs[at + 1u]);
}`);
  });
});
