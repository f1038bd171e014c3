import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { planOf } from '../../src/core/sweeps/plan.js';
import { readResults, resultKey, type SweepResult } from '../../src/core/sweeps/result.js';
import { readSweep } from '../../src/core/sweeps/spec.js';
import { train } from '../../workers/programs/headless.js';
import { trainPopulation } from '../../workers/programs/sweep.js';
import { cpuEngine } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';

const short = { steps: 6, validationEvery: 3 };

it.each<[string, object]>([
  ['grpo', { set: { ...short, task: 'running-sum' }, axes: [{ key: 'learningRate', values: [1e-3, 0.05] }, { key: 'clipHigh', values: [0.2, 0.4] }, { key: 'rolloutN', values: [2, 4] }] }],
  ['biencoder', { set: short, axes: [{ key: 'learningRate', values: [1e-4, 1e-2] }, { key: 'batchSize', values: [8, 16] }] }],
])('a cell of %s is what its config and seed come to alone, bit for bit, whatever trains with it', async (lab, values) => {
  const { sweep } = readSweep({ lab, seeds: 2, seed: 5, engine: cpuEngine, ...values });
  const { plan } = planOf(sweep!);
  const results: SweepResult[] = [];
  for (const population of plan!.populations) results.push(...(await trainPopulation(sweep!.lab, population, testEnvironment)));
  expect(results.length).toBe(2 * plan!.cells.length);
  for (const cell of [plan!.cells[0]!, plan!.cells.at(-1)!]) {
    const { record } = await train({ lab: sweep!.lab, config: { ...cell.config, replicas: 1, seed: 6 } }, testEnvironment, {});
    const own = results.find((result) => resultKey(result) === resultKey({ cell: cell.values, seed: 6 }))!;
    const finals = Object.entries(record.summary).flatMap(([metric, { final }]) => (final[0] === null ? [] : [[metric, final[0]]]));
    expect(own.final).toEqual(Object.fromEntries(finals));
    expect(own).toMatchObject({ steps: record.step, engine: record.engine!.id, findings: record.findings.map(({ id, step }) => ({ id, step })) });
  }
});

const script = fileURLToPath(new URL('../../scripts/sweep.mjs', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'sweep-'));
function sweep(args: string[], until?: () => boolean): Promise<{ status: number | null; errors: string; output: string }> {
  const program = spawn(process.execPath, [script, ...args]);
  const told = { errors: '', output: '' };
  program.stderr.on('data', (data: Buffer) => (told.errors += String(data)));
  program.stdout.on('data', (data: Buffer) => (told.output += String(data)));
  const watch = until && setInterval(() => until() && program.kill('SIGKILL'), 5);
  return new Promise((resolve) => program.on('close', (status) => {
    clearInterval(watch);
    resolve({ status, ...told });
  }));
}
const spec = { lab: 'grpo', set: { steps: 8, validationEvery: 4 }, axes: [{ key: 'rolloutN', values: [2, 3, 4, 5, 6, 7] }], seeds: 2, engine: 'cpu' };
const file = (name: string, content: unknown): string => {
  const at = path.join(folder, name);
  writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
};
const linesOf = (out: string): string[] => readFileSync(out, 'utf8').trimEnd().split('\n');

it('killed at any moment and started again, it does what is missing and ends with the same file but for order', async () => {
  const path1 = file('spec.json', spec);
  const [whole, cut] = [path.join(folder, 'whole.jsonl'), path.join(folder, 'cut.jsonl')];
  expect(await sweep([path1, '--out', whole, '--jobs', '2'])).toMatchObject({ status: 0 });
  const expected = linesOf(whole);
  expect(expected.length).toBe(1 + 12);

  const killed = await sweep([path1, '--out', cut, '--jobs', '1'], () => existsSync(cut) && linesOf(cut).length >= 4);
  expect(killed.status).toBeNull();
  expect(linesOf(cut).length).toBeLessThan(13);
  // As if it had been killed while it wrote.
  appendFileSync(cut, expected.at(-1)!.slice(0, 40));
  const before = readResults(readFileSync(cut, 'utf8')).results.length;
  expect(before).toBeGreaterThan(2);
  expect(await sweep([path1, '--out', cut, '--only', '1/2'])).toMatchObject({ status: 0 });
  expect(await sweep([path1, '--out', cut, '--only', '2/2'])).toMatchObject({ status: 0 });
  expect(linesOf(cut).sort()).toEqual([...expected].sort());
  const again = await sweep([path1, '--out', cut]);
  expect(again.errors).toMatch(/^0 of 0 populations/m);
  expect(linesOf(cut).length).toBe(13);
});

it('says before it starts how many cells there are and about how long they take', async () => {
  const { output, status } = await sweep([file('planned.json', spec), '--plan', '--jobs', '1']);
  expect(status).toBe(0);
  expect(output).toMatch(/^6 cells × 2 seeds in 6 populations; 0 of 6 are done\n {2}rolloutN: 2, 3, 4, 5, 6, 7\nabout \d+ s with 1 job/);
});

it('begins nothing once its budget is spent, and says that the same command goes on', async () => {
  const out = path.join(folder, 'budget.jsonl');
  const { status, errors } = await sweep([file('budget.json', { ...spec, budgetSeconds: 1e-3 }), '--out', out, '--jobs', '1']);
  expect(status).toBe(1);
  expect(errors).toMatch(/^0 of 6 populations in 1 s; the budget is spent, the same command goes on$/m);
});

it.each<[string, () => string[], RegExp]>([
  ['no spec', () => [], /^usage: /],
  ['no file for the results', () => [file('a.json', spec)], /^--out: no value/],
  ['a spec that is no JSON', () => [file('b.json', '{"lab":'), '--plan'], /b\.json: not JSON/],
  ['a wrong field', () => [file('c.json', { ...spec, seeds: 99 }), '--plan'], /c\.json: seeds: 99 is out of range \(expected 1 to 16\)/],
  ['a share that is none', () => [file('d.json', spec), '--plan', '--only', '3/2'], /^--only: '3\/2' \(expected i\/k with i from 1 to k/],
  ['results of another spec', () => [file('e.json', spec), '--out', file('e.jsonl', `${JSON.stringify({ sweep: { ...spec, seeds: 1 } })}\n`)], /e\.jsonl holds the results of another spec/],
  ['a file that holds something else', () => [file('f.json', spec), '--out', file('f.jsonl', 'notes\n')], /f\.jsonl is no file of results/],
])('refuses %s, in a line that names it', async (_, args, line) => {
  const { status, errors } = await sweep(args());
  expect(errors).toMatch(line);
  expect(status).toBe(2);
});
