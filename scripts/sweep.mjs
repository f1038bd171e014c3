/**
 * `npm run --silent sweep -- spec.json --out results.jsonl [--jobs n] [--only i/k] [--plan [--json]]`: trains a grid of configs, and
 * writes a line for each cell and seed as it is done. Killed at any moment and started again it does what is missing. See
 * the README for the spec and the lines.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { importProgram } from './bundle.mjs';
import { environment, installWebgpuFor } from './environment.mjs';
import './quietPipe.mjs';

const usage = 'usage: npm run --silent sweep -- spec.json --out results.jsonl [--jobs n] [--only i/k] [--plan [--json]]';
const { estimateSeconds, firstLine, planOf, problemLine, readResults, readSweep, resultKey, resultLine } = await importProgram('sweep');

const refuse = (...lines) => {
  for (const line of lines) console.error(line);
  process.exit(2);
};
const { values: options, positionals } = readArguments();
const [file, ...others] = positionals;
if (file === undefined || others.length > 0) refuse(usage);
const jobs = wholeNumber('--jobs', options.jobs ?? String(Math.max(1, availableParallelism() - 1)));
const only = readShare(options.only ?? '1/1');
if (options.json && !options.plan) refuse(`--json: only with --plan\n${usage}`);
if (options.out === undefined && !options.plan) refuse(`--out: no value (expected the file that results are written to)\n${usage}`);

const spec = readSpec(file);
const { sweep, problems } = readSweep(spec);
if (!sweep) refuse(...problems.map((problem) => `${file}: ${problemLine(problem)}`));
const { plan, problems: unplanned } = planOf(sweep);
if (!plan) refuse(...unplanned.slice(0, 10).map((problem) => `${file}: ${problemLine(problem)}`));
const seeds = Array.from({ length: sweep.seeds }, (_, k) => sweep.seed + k);

const done = new Set(options.out !== undefined && existsSync(options.out) ? readDone(options.out).map(resultKey) : []);
const isDone = (cell) => seeds.every((seed) => done.has(resultKey({ cell: cell.values, seed })));
const mine = plan.populations.map((population, index) => ({ ...population, index })).filter(({ index }) => index % only.of === only.at - 1);
const waiting = mine.filter(({ cells }) => !cells.every(isDone));

if (options.plan) await printPlan();
else await train();

function readArguments() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    return parseArgs({ options: { out: text, jobs: text, only: text, plan: flag, json: flag }, allowPositionals: true });
  } catch (error) {
    return refuse(error.message, usage);
  }
}

function wholeNumber(name, value) {
  const number = Number(value);
  return Number.isInteger(number) && number >= 1 && number <= 256 ? number : refuse(`${name}: '${value}' (expected a whole number from 1 to 256)`);
}

/** `2/5`: the second of five parts. */
function readShare(value) {
  const [at, of, ...rest] = value.split('/').map(Number);
  const right = Number.isInteger(at) && Number.isInteger(of) && rest.length === 0 && at >= 1 && at <= of;
  return right ? { at, of } : refuse(`--only: '${value}' (expected i/k with i from 1 to k, as in 2/5)`);
}

function readSpec(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`${path}: ${error.message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`${path}: not JSON (${error.message})`);
  }
}

/** What a file of results holds already; a line that was cut off is taken out. */
function readDone(path) {
  let read;
  const text = readFileSync(path, 'utf8');
  try {
    read = readResults(text);
  } catch (error) {
    return refuse(`--out: ${path} is no file of results (${error.message}); name another one`);
  }
  if (read.spec !== undefined && !isDeepStrictEqual(read.spec, spec)) refuse(`--out: ${path} holds the results of another spec; name another file, or go on with that spec`);
  if (read.whole !== text && !options.plan) writeFileSync(path, read.whole);
  return read.results;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

async function printPlan() {
  if (options.json) {
    const undone = waiting.map(({ index }) => index + 1);
    process.stdout.write(`${JSON.stringify({ firstLine: firstLine(spec), cells: plan.cells.length, seeds: seeds.length, populations: plan.populations.length, waiting: undone })}\n`, () => process.exit());
    return;
  }
  await installWebgpuFor(sweep.engine);
  console.log(`${plan.cells.length} cells × ${seeds.length} seeds in ${plan.populations.length} populations; ${mine.length - waiting.length} of ${mine.length} are done`);
  for (const axis of sweep.axes) console.log(`  ${axis.key}: ${axis.values.join(', ')}`);
  const shapes = new Map();
  for (const population of waiting) {
    const shape = JSON.stringify([population.config, population.cells.length]);
    shapes.set(shape, { population, count: (shapes.get(shape)?.count ?? 0) + 1 });
  }
  let seconds = 0;
  for (const { population, count } of shapes.values()) seconds += count * (await estimateSeconds(sweep.lab, population, environment));
  console.log(`about ${duration(seconds / Math.min(jobs, Math.max(waiting.length, 1)))} with ${jobs} job${jobs === 1 ? '' : 's'}, from a few steps of each shape`);
  process.exit();
}

async function train() {
  if (!existsSync(options.out) || readFileSync(options.out, 'utf8') === '') writeFileSync(options.out, `${firstLine(spec)}\n`);
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const total = waiting.length;
  const running = new Map();
  const failures = [];
  let ended = 0;
  let left = false;

  const tell = () => {
    if (!process.stderr.isTTY) return;
    const share = (ended + [...running.values()].reduce((sum, each) => sum + each, 0)) / Math.max(total, 1);
    const rest = share > 0 ? `, ${duration((elapsed() * (1 - share)) / share)} left` : '';
    const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '·');
    process.stderr.write(`\r${bar} ${ended} of ${total} populations${rest}   `);
  };
  const keep = (population, results) => {
    const lines = results.filter((result) => !done.has(resultKey(result))).map((result) => `${resultLine(result)}\n`);
    appendFileSync(options.out, lines.join(''));
    ended++;
    running.delete(population);
  };
  const next = (worker) => {
    left = sweep.budgetSeconds !== undefined && elapsed() > sweep.budgetSeconds;
    const population = left ? undefined : waiting.shift();
    if (population) worker.postMessage({ population: population.index });
    else void worker.terminate();
  };

  const workers = Array.from({ length: Math.min(jobs, total) }, () => new Worker(new URL('./sweepJob.mjs', import.meta.url), { workerData: { spec } }));
  await Promise.all(workers.map((worker) => new Promise((resolve) => {
    worker.on('message', ({ ready, population, step, steps, results, error }) => {
      if (ready) return next(worker);
      if (step !== undefined) running.set(population, step / steps);
      else {
        if (error === undefined) keep(population, results);
        else {
          failures.push(error);
          running.delete(population);
        }
        next(worker);
      }
      return tell();
    });
    worker.on('error', (error) => failures.push(error.message));
    worker.on('exit', resolve);
  })));
  if (process.stderr.isTTY) process.stderr.write('\n');
  for (const failure of failures) console.error(failure);
  const missing = total - ended;
  console.error(`${ended} of ${total} populations in ${duration(elapsed())}${left && missing > 0 ? '; the budget is spent, the same command goes on' : ''}`);
  process.exit(missing > 0 ? 1 : 0);
}
