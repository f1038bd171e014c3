import { problemLine } from '../../src/core/problem.js';
import { describe, expect, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Update } from '../../src/core/protocol.js';
import { decodeRuns } from '../../src/core/run/decode.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { beginRecord, configAt, schema, type RunRecord } from '../../src/core/run/record.js';
import { Recorder, recordUpTo, type Recorded } from '../../src/core/run/recorder.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import { collapsedSum, preset, type Curves } from './runCurves.js';

const config = preset('collapse', { replicas: 2, steps: 120 });
const start = { lab: 'grpo', preset: 'collapse', base: preset('collapse'), config, seeds: [0, 1], steps: 120 };
const begin = (): Recorder => new Recorder(grpo, beginRecord(start, { id: 'a-run', version: '1.2.3', created: 1000 }));

function rowsOf(from: number, to: number, curves: Curves = collapsedSum): Extract<Recorded, { type: 'metrics' }> {
  const steps = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const at = (metric: string, step: number): number => {
    const curve = curves[metric]!;
    if (metric.startsWith('validation.') ? step % 10 !== 0 : step === 0) return NaN;
    return typeof curve === 'number' ? curve : curve(step);
  };
  const columns = Object.fromEntries(Object.keys(curves).map((metric) => [metric, Float64Array.from({ length: 2 * steps.length }, (_, i) => at(metric, steps[i >> 1]!) + (i & 1) * 1e-3)]));
  return { type: 'metrics', replicas: 2, steps, seconds: Float64Array.from(steps, (step) => step / 10), columns };
}

const status = (change: Partial<Extract<Update, { type: 'status' }>>): Extract<Recorded, { type: 'status' }> =>
  ({ type: 'status', state: 'running', step: 0, steps: 120, notes: [], checkpoints: [], ...change });

/** The same updates, cut into batches in another way, with changes between them. */
function record(batches: readonly number[]): RunRecord {
  const recorder = begin();
  const ends = [...new Set([...batches, 30, 121])].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    recorder.apply(rowsOf(from, end), 2000);
    if (end === 30) recorder.apply({ type: 'changed', step: 30, changes: [{ key: 'learningRate', from: 3e-3, to: 1e-3 }] }, 2500);
    from = end;
  }
  recorder.apply(status({ state: 'finished', step: 120, checkpoints: [0, 5, 120], engine: { id: 'cpu-fma' }, notes: [{ id: 'note.noWebgpu' }] }), 3000);
  return recorder.record;
}

describe('a record', () => {
  test('is the same however its updates were cut into batches', () => {
    const whole = record([]);
    expect(whole.findings.length).toBeGreaterThan(2);
    const random = new RandomSequence(3, streams.sampling, 0);
    for (let i = 0; i < 20; i++) {
      expect(record(Array.from({ length: 12 }, () => 1 + Math.floor(119 * random.uniform())))).toEqual(whole);
    }
  });

  test('is plain: a copy says the same, and one that was read again finds the same', () => {
    const whole = record([]);
    expect(structuredClone(whole)).toEqual(whole);
    const { series, ...head } = whole;
    expect(new Recorder(grpo, head, series).record).toEqual(whole);
  });

  test('knows its best, what each metric came to, and the config of each step', () => {
    const { best, summary, ...head } = record([]);
    expect(best!.step).toBe(20);
    expect(best!.score).toBeCloseTo(0.7505, 6);
    expect(summary['validation.answer']!.final[0]).toBeCloseTo(0, 6);
    expect(summary['validation.answer']!.most[1]).toBeCloseTo(0.751, 6);
    expect(configAt(head, 29)['learningRate']).toBe(3e-3);
    expect(configAt(head, 30)['learningRate']).toBe(1e-3);
  });

  test('up to a step is what it was then', () => {
    const whole = record([]);
    const { series, ...head } = recordUpTo(whole, 40);
    const then = new Recorder(grpo, head, series).record;
    expect(then.series[0]!.steps.at(-1)).toBe(40);
    expect(then.findings.every(({ step }) => step <= 40)).toBe(true);
    expect(then.checkpoints).toEqual([0, 5]);
    expect(recordUpTo(whole, 20).events).toEqual([]);
  });

  test('of a run that goes on counts its seconds on', () => {
    const { series, ...head } = recordUpTo(record([]), 40);
    const recorder = new Recorder(grpo, head, series);
    recorder.apply({ ...rowsOf(41, 43), seconds: Float64Array.of(0.5, 1) }, 0);
    expect([...recorder.series.clock.seconds].slice(-3)).toEqual([4, 4.5, 5]);
  });
});

describe('JSON lines', () => {
  test('hold a whole record, both ways, and several of them', () => {
    const whole = { ...record([]), from: { run: 'other', step: 5 }, held: { keys: ['learningRate'], knobs: config } };
    const { records, problems } = decodeRuns(encodeRun(whole) + encodeRun({ ...whole, id: 'second' }));
    expect(problems).toEqual([]);
    // Checkpoints stay where they are, and what was found is found again.
    expect(records).toEqual([{ ...whole, checkpoints: [] }, { ...whole, id: 'second', checkpoints: [] }]);
  });

  test('keep what is not finite and what was not measured', () => {
    const recorder = begin();
    recorder.apply({ type: 'metrics', replicas: 2, steps: Int32Array.of(1, 2), seconds: Float64Array.of(1, 2), columns: { kl: Float64Array.of(Infinity, 0.1, NaN, -Infinity) } }, 0);
    const [read] = decodeRuns(encodeRun(recorder.record)).records;
    expect([...read!.series[0]!.columns['kl']!]).toEqual([Infinity, 0.1, NaN, -Infinity]);
  });

  const first = JSON.parse(encodeRun(record([])).split('\n')[0]!) as { run: Record<string, unknown> };
  const line = (change: Record<string, unknown>): string => JSON.stringify({ run: { ...first.run, ...change } });
  test.each([
    ['a newer schema', line({ schema: schema + 1 }), /run\.schema: \d+ is newer than what is read here/],
    ['a schema that never was', line({ schema: 0 }), /run\.schema: '0' is not an option \(expected 1\)/],
    ['no schema', line({ schema: undefined }), /run\.schema: .*\(expected a number\)/],
    ['an unknown lab', line({ lab: 'alchemy' }), /run\.lab: 'alchemy' is not an option \(expected grpo/],
    ['a config of nothing', line({ config: 7 }), /run\.config: '7' \(expected an object\)/],
    ['a wrong value', line({ config: { ...config, learningRate: 9 } }), /run\.config\.learningRate: 9 is out of range/],
    ['no seeds', line({ seeds: [] }), /run\.seeds/],
    ['rows without a run', '{"step": 1, "metrics": {}}', /no run has begun/],
    ['no JSON', 'Traceback (most recent call last):', /is not JSON/],
    ['a list', '[1]', /'\[1\]' \(expected an object\)/],
    ['too few values', `${line({})}\n{"step": 1, "metrics": {"kl": [0.1]}}`, /metrics\.kl: '\[0\.1\]' \(expected a list with one value per seed\)/],
    ['a value that is none', `${line({})}\n{"step": 1, "metrics": {"kl": [0.1, "x"]}}`, /metrics\.kl: '"x"' \(expected a number\)/],
    ['steps that fall', `${line({})}\n{"step": 2, "metrics": {}}\n{"step": 1, "metrics": {}}`, /step: 1 comes after 2/],
    ['an unknown line', `${line({})}\n{"weights": []}`, /weights: .* is not an option/],
    ['a change of a wrong value', `${line({})}\n{"changed": {"step": 2, "changes": [{"key": "learningRate", "from": 1e-3, "to": "much"}]}}`, /learningRate/],
  ])('with %s are refused by line and field', (_, text, reason) => {
    const { problems } = decodeRuns(text);
    expect(problems.map(({ problem }) => problemLine(problem)).join('\n')).toMatch(reason);
    expect(problems[0]!.line).toBe(text.split('\n').length);
  });

  test('that are damaged lose the damaged lines, and nothing else', () => {
    const lines = encodeRun(record([])).trimEnd().split('\n');
    lines[7] = lines[7]!.slice(0, 40);
    const { records, problems } = decodeRuns(lines.join('\r\n'));
    expect(problems).toMatchObject([{ line: 8, problem: { reason: 'not-json' } }]);
    expect(records[0]!.series[0]!.steps.length).toBe(120);
  });

  test('cannot reach what is not theirs', () => {
    const text = `${line({})}\n{"step": 1, "metrics": {"__proto__": [1, 2], "constructor": [1, 2]}}`;
    const { records, problems } = decodeRuns(text);
    expect(problems.map(({ problem }) => problemLine(problem))).toEqual(['__proto__', 'constructor'].map((id) => `metrics.${id}: not a metric of grpo, left out`));
    expect(Object.getPrototypeOf(records[0]!.series[0]!.columns)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });
});
