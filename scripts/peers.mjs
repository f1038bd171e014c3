/**
 * `npm run peers [-- name …] [--python path] [--engine id]`: has TRL, PEFT and sentence-transformers train on what runs of
 * the project trained on, and compares the weights. A name is a case or a lab; Python is that of --python, $PYTHON or
 * python3; the engine is cpu where none is given. Exits with 1 where a difference is more than rounding, with 2 where
 * something is missing. The cases are those of workers/programs/peerCases.ts, what the libraries do is in test/peers.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { importProgram, root } from './bundle.mjs';
import { environment } from './environment.mjs';
import './quietPipe.mjs';

/** The modules that have to be there, and what pip calls them. */
const needed = { torch: 'torch', transformers: 'transformers', trl: 'trl', peft: 'peft', sentence_transformers: 'sentence-transformers', datasets: 'datasets' };
const engines = ['cpu', 'cpu-fma'];
/** Weights and measurements: the largest change and difference; then the difference as a share, and what of it is rounding. */
const header = ['case', 'library', 'compared', 'moved', 'apart', 'share', 'rounding', 'verdict'];

const { values: options, positionals: names } = readArguments();
const python = options.python ?? process.env.PYTHON ?? 'python3';
requirePython();

const { peerCases, record } = await importProgram('peers');
const known = [...new Set(peerCases.flatMap(({ name, lab }) => [lab, name]))];
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) stop(`case: '${unknown}' is unknown (expected ${known.join(', ')})`);
const chosen = peerCases.filter(({ name, lab }) => names.length === 0 || names.includes(name) || names.includes(lab));

const scratch = mkdtempSync(path.join(tmpdir(), 'peers-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

const widths = [Math.max(...chosen.map(({ name }) => name.length)), 27, 31, 7, 7, 7, 8, 9];
const print = (cells) => console.log(`| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`);
print(header);
print(widths.map((width) => '-'.repeat(width)));

const results = new Map();
let shown = 0;
let failed = 0;
const queue = [...chosen];
const players = Array.from({ length: Math.min(2, availableParallelism(), queue.length) }, startPlayer);
await Promise.all(
  players.map(async (player) => {
    for (let peer = queue.shift(); peer; peer = queue.shift()) {
      const file = path.join(scratch, `${peer.name}.json`);
      writeFileSync(file, JSON.stringify(await record(peer, options.engine, environment)));
      results.set(peer.name, await player.ask(file));
      rmSync(file);
      while (shown < chosen.length && results.has(chosen[shown].name)) show(chosen[shown++].name);
    }
    player.end();
  }),
);
console.log(failed === 0 ? '\nThe same but for rounding.' : `\n${failed} of ${chosen.length} differ by more than rounding, or could not be compared.`);
process.stdout.write('', () => process.exit(failed === 0 ? 0 : 1));

function readArguments() {
  try {
    const parsed = parseArgs({ options: { python: { type: 'string' }, engine: { type: 'string', default: 'cpu' } }, allowPositionals: true });
    if (!engines.includes(parsed.values.engine)) stop(`engine: '${parsed.values.engine}' is not an option (expected ${engines.join(', ')})`);
    return parsed;
  } catch (error) {
    return stop(error.message);
  }
}

function stop(message) {
  console.error(message);
  process.exit(2);
}

/** Ends with what is missing and how to get it, unless Python has everything. */
function requirePython() {
  const look = `import importlib.util as u; print(*[m for m in ${JSON.stringify(Object.keys(needed))} if u.find_spec(m) is None])`;
  const found = spawnSync(python, ['-c', look], { encoding: 'utf8' });
  if (found.error || found.status !== 0) stop(`python: '${python}' does not run (name another by --python or $PYTHON)`);
  const missing = found.stdout.trim().split(/\s+/).filter(Boolean);
  if (missing.length === 0) return;
  const packages = missing.map((module) => needed[module]);
  stop(`python: '${python}' has no ${packages.join(', ')}. To install: ${python} -m pip install ${packages.join(' ')}`);
}

/** A Python that replays one recording after the other; its answer is what test/peers/replay.py prints. */
function startPlayer() {
  const env = { ...process.env, PEERS_SCRATCH: scratch, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python, [path.join(root, 'test', 'peers', 'replay.py')], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said = (said + text).slice(-4000)));
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(file) {
      child.stdin.write(`${file}\n`);
      const { value, done } = await lines.next();
      return done ? { failure: `${python} ended:\n${said}` } : JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

function show(name) {
  const { failure, library, rows } = results.get(name);
  if (failure) {
    failed++;
    console.log(`${name}: ${failure}`);
    return;
  }
  const number = (value) => (value === undefined ? '' : value.toExponential(1));
  for (const { compared, moved, apart, share, rounding, limit } of rows) {
    print([name, library, compared, ...[moved, apart, share, rounding].map(number), share <= limit ? 'same' : 'DIFFERENT']);
  }
  // NaN is no smaller than anything.
  if (!rows.every(({ share, limit }) => share <= limit)) failed++;
}
