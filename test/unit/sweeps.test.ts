import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findLab } from '../../src/core/labs/index.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { problemLine } from '../../src/core/problem.js';
import type { RunHead } from '../../src/core/run/record.js';
import { outcomeOf } from '../../src/core/sweeps/outcome.js';
import { planOf, type SweepPlan } from '../../src/core/sweeps/plan.js';
import { firstLine, readResults, resultLine, type SweepResult } from '../../src/core/sweeps/result.js';
import { readSweep, type Sweep } from '../../src/core/sweeps/spec.js';

const spec = { lab: 'grpo', preset: 'tool-choice-healthy', axes: [{ key: 'learningRate', values: [1e-3, 3e-3] }] };
function sweepOf(values: object): Sweep {
  const { sweep, problems } = readSweep({ ...spec, ...values });
  if (!sweep) throw new Error(problems.map(problemLine).join('; '));
  return sweep;
}
const planned = (values: object, options?: { replicas?: number }): SweepPlan => planOf(sweepOf(values), options).plan!;
const wrongs = (values: object): string[] => readSweep({ ...spec, ...values }).problems.map(problemLine);

describe('a spec', () => {
  it('has axes of values, or from one end to the other on the knob’s own scale', () => {
    const axes = (...own: object[]) => sweepOf({ axes: own }).axes.map(({ values }) => values);
    expect(axes({ key: 'learningRate', from: 1e-4, to: 1e-2, count: 5 })).toEqual([[1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2]]);
    expect(axes({ key: 'learningRate', from: 1e-3, to: 3e-3, count: 3, scale: 'linear' })).toEqual([[1e-3, 2e-3, 3e-3]]);
    // Whole numbers that fall together count once.
    expect(axes({ key: 'rolloutN', from: 2, to: 5, count: 8 })).toEqual([[2, 3, 4, 5]]);
    expect(axes({ key: 'advantageScale', values: ['group', 'none'] }, { key: 'clipping', values: [true, false] })).toEqual([['group', 'none'], [true, false]]);
    expect(axes({ key: 'temperature', from: 1.5, to: 0.5, count: 3 })).toEqual([[1.5, 1, 0.5]]);
  });

  it.each<[object, string]>([
    [{ lab: 'grop' }, "lab: 'grop' is not an option (expected grpo, biencoder, reward-model, pointer)"],
    [{ preset: 'helthy' }, "preset: 'helthy' is not an option (expected healthy)"],
    [{ axis: [] }, 'axis: unknown (did you mean axes?)'],
    [{ axes: 3 }, "axes: '3' (expected a list)"],
    [{ axes: [] }, 'axes: 0 axes is out of range (expected 1 to 3)'],
    [{ axes: [{ key: 'learnRate', values: [1] }] }, 'axes[0].key: unknown (did you mean learningRate?)'],
    [{ axes: [{ key: 'seed', values: [1, 2] }] }, 'axes[0].key: unknown'],
    [{ axes: [{ key: 'rolloutN', values: [2, 1] }] }, 'axes[0].values[1]: 1 is out of range (expected 2 to 32)'],
    [{ axes: [{ key: 'rolloutN', values: [2, 2] }] }, "axes[0].values[1]: given twice; '2' ignored"],
    [{ axes: [{ key: 'learningRate', from: 0, to: 1e-2, count: 3 }] }, 'axes[0].from: 0 is out of range (expected 1e-6 to 0.1)'],
    [{ axes: [{ key: 'learningRate', from: 1e-3, to: 1e-2, count: 1 }] }, 'axes[0].count: 1 is out of range (expected 2 to 1000)'],
    [{ axes: [{ key: 'task', from: 'a', to: 'b', count: 2 }] }, 'axes[0].values: no value (expected tool-choice, running-sum, mini-vqa)'],
    [{ axes: [...spec.axes, ...spec.axes] }, "axes[1].key: given twice; 'learningRate' ignored"],
    [{ set: { rolloutN: 1 } }, 'set.rolloutN: 1 is out of range (expected 2 to 32)'],
    [{ set: { replicas: 4 } }, "set.replicas: '4' means nothing with these settings (expected the field seeds)"],
    [{ seeds: 0 }, 'seeds: 0 is out of range (expected 1 to 16)'],
    [{ seeds: '3' }, "seeds: '3' is not a number (expected 1 to 16)"],
    [{ engine: 'cuda' }, "engine: 'cuda' is not an option (expected auto, webgpu, cpu-fma, cpu, reference-webgpu, reference-wasm, reference-cpu)"],
    [{ budgetSeconds: -1 }, 'budgetSeconds: -1 is out of range (expected 1 to 1e7)'],
  ])('%o is refused by field: %s', (values, line) => {
    expect(wrongs(values)[0]).toMatch(new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  });

  it('is right in the README’s example', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, example] = /### Sweeps[^]*?```json\n([^]*?)```/.exec(readme)!;
    const { sweep, problems } = readSweep(JSON.parse(example!));
    expect(problems).toEqual([]);
    expect(planOf(sweep!).plan!.cells.length).toBe(32);
  });

  it.each([null, 3, 'grpo', [spec]])('%o is none', (json) => {
    expect(readSweep(json).problems.map(problemLine)).toEqual([expect.stringMatching(/^spec: .* \(expected an object\)$/)]);
  });
});

describe('a plan', () => {
  it('trains together what can differ within a population, and apart what cannot', () => {
    const { cells, populations } = planned({ axes: [{ key: 'learningRate', from: 1e-4, to: 1e-2, count: 8 }, { key: 'rolloutN', values: [2, 4, 8, 16] }], seeds: 3 });
    expect(cells.length).toBe(32);
    expect(cells[1]!.values).toEqual({ learningRate: 1e-4, rolloutN: 4 });
    expect(populations.map((each) => each.cells.length)).toEqual([8, 8, 8, 8]);
    for (const { config, cells: own, changes } of populations) {
      expect(new Set(own.map((cell) => cell.config['rolloutN']))).toEqual(new Set([config['rolloutN']]));
      own.forEach((cell, i) => expect({ ...config, ...changes[i] }).toEqual(cell.config));
    }
  });

  it('has every cell once, whatever the size of its populations', () => {
    for (const replicas of [1, 4, 7, 100]) {
      const { cells, populations } = planned({ axes: [{ key: 'learningRate', from: 1e-4, to: 1e-2, count: 7 }], seeds: 2 }, { replicas });
      expect(populations.flatMap((each) => each.cells.map(({ index }) => index)).sort((a, b) => a - b)).toEqual(cells.map((_, i) => i));
      for (const each of populations) expect(each.cells.length * 2).toBeLessThanOrEqual(Math.max(replicas, 2));
    }
  });

  it('gives a cell of another task that task’s defaults', () => {
    const { cells } = planned({ axes: [{ key: 'task', values: ['tool-choice', 'running-sum'] }], set: { rolloutN: 2 } });
    const healthy = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'healthy')!);
    expect(cells[1]!.config).toMatchObject({ ...healthy, rolloutN: 2, replicas: 3 });
  });

  it('refuses values that do not go together, and a sweep that nothing judges, by cell', () => {
    const lines = (values: object): string[] => planOf(sweepOf(values)).problems.map(problemLine);
    expect(lines({ axes: [{ key: 'maxResponseLength', values: [10, 20] }] })).toEqual(['cell {"maxResponseLength":20}: maxResponseLength: 20 is out of range (expected 1 to 10)']);
    expect(lines({ set: { validationEvery: 0 } })[0]).toMatch(/^cell .*: validationEvery: 0 is out of range/);
  });

  it.each(['biencoder', 'reward-model', 'pointer'])('works for the lab %s', (lab) => {
    const { sweep } = readSweep({ lab, axes: [{ key: 'learningRate', from: 1e-4, to: 1e-2, count: 3 }] });
    expect(planOf(sweep!).plan!.populations.length).toBe(1);
  });
});

describe('an outcome', () => {
  const config = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'healthy')!);
  const head = (final: number, most: number, ...ids: [string, ('alarm' | 'warning')?][]): Pick<RunHead, 'config' | 'findings' | 'summary' | 'best'> => ({
    config,
    findings: ids.map(([id, severity = 'warning']) => ({ id, severity, step: 9, replicas: [], evidence: { values: {} } })),
    summary: { [grpo.score(config)]: { final: [final], least: [0], most: [most] } },
    best: { step: 40, score: most },
  });

  it('is told by the detectors and the last score', () => {
    expect(outcomeOf(grpo, head(0.85, 0.88))).toBe('learning');
    expect(outcomeOf(grpo, head(0.7, 0.75))).toBe('plateau');
    expect(outcomeOf(grpo, head(0.5, 0.75))).toBe('collapsed');
    expect(outcomeOf(grpo, head(0.5, 0.52, ['entropy-collapse', 'alarm']))).toBe('collapsed');
    expect(outcomeOf(grpo, head(0.85, 0.88, ['gradient-spike', 'alarm']))).toBe('learning');
    expect(outcomeOf(grpo, head(0.5, 0.52, ['underfitting']))).toBe('under-trained');
    expect(outcomeOf(grpo, head(0.3, 0.6, ['overfitting'], ['validation-drop', 'alarm']))).toBe('overfitted');
    expect(outcomeOf(grpo, { ...head(0.85, 0.88), failure: 'notFinite' } as RunHead)).toBe('diverged');
    expect(outcomeOf(grpo, { ...head(0, 0), summary: {} })).toBe('diverged');
  });
});

describe('a file of results', () => {
  const result: SweepResult = { cell: { learningRate: 1e-3 }, seed: 4, outcome: 'learning', final: { reward: 1 }, best: { reward: 1 }, findings: [], steps: 9, engine: 'cpu' };

  it('is read as far as it goes: a line that was cut off is left out', () => {
    const whole = [firstLine(spec), resultLine(result), ''].join('\n');
    for (const text of [whole, `${whole}{"cell":{"learn`]) expect(readResults(text)).toEqual({ spec, results: [result], whole });
    expect(readResults('')).toEqual({ spec: undefined, results: [], whole: '' });
  });

  it('is refused where it is none', () => {
    expect(() => readResults('{"run": {}}\n')).toThrow(SyntaxError);
    expect(() => readResults('hello\n')).toThrow(SyntaxError);
  });
});

it('knows every lab’s score', () => {
  for (const id of ['grpo', 'biencoder', 'reward-model', 'pointer']) {
    const lab = findLab(id)!;
    const config = presetConfig(lab, lab.presets[0]!);
    expect(lab.metrics.map((metric) => metric.id)).toContain(lab.score(config));
  }
});
