/** `npm run headless`: trains a config without a page; see the README for arguments and output. */
import { readFileSync } from 'node:fs';
import { importProgram } from './bundle.mjs';
import { environment, installWebgpuFor } from './environment.mjs';
import './quietPipe.mjs';

const { eventLine, findingLine, parseArguments, problemLine, rowLines, runLine, show, summaryLine, train, usage, UsageError } = await importProgram('headless');

const args = process.argv.slice(2);
if (args.length === 0 || args.includes('--help')) {
  console.error(usage);
  process.exit(args.length === 0 ? 2 : 0);
}

if (args[0] === 'show') {
  await showFile(args.slice(1));
  process.exit();
}

let request;
try {
  request = parseArguments(args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(2);
}

const { json, ...recipe } = request;
await installWebgpuFor(recipe.config.engine);

const print = (line) => process.stdout.write(`${line}\n`);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const replicas = recipe.config.replicas;
const output = {
  begin: (head) => json && print(runLine(head)),
  event: (event) => json && print(eventLine(event)),
  rows: (rows) => {
    if (json) return rowLines(rows, replicas).forEach(print);
    rows.steps.forEach((step, row) => {
      if (step % 10 !== 0) return;
      const measured = Object.entries(rows.columns).map(([id, column]) => [id, column.slice(row * replicas, (row + 1) * replicas)]);
      const shown = measured.filter(([, values]) => values.every(Number.isFinite));
      print(`${String(step).padStart(5)}  ${shown.map(([id, values]) => `${id} ${mean(values).toPrecision(3)}`).join('  ')}`);
    });
  },
  finding: (finding) => print(json ? findingLine(finding) : `finding ${finding.id} at step ${finding.step}`),
  note: (line) => process.stderr.write(`${line}\n`),
};

try {
  const { record, seconds } = await train(recipe, environment, output);
  print(json ? summaryLine(record, seconds) : `${record.step} steps in ${seconds.toFixed(1)} s on ${record.engine.id}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// Writes to a pipe may still be under way; the training code's message port would keep the process alive.
process.stdout.write('', () => process.exit());

async function showFile([file, ...rest]) {
  if (file === undefined || rest.length > 0) {
    console.error('show: expected one file of JSON lines, as `headless … --json` prints them');
    process.exit(2);
  }
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    console.error(`show: ${error.message}`);
    process.exit(2);
  }
  const { lines, problems } = await show(text);
  for (const line of lines) process.stdout.write(`${line}\n`);
  for (const { line, problem } of problems) console.error(`line ${line}: ${problemLine(problem)}`);
  if (problems.length > 0) process.exitCode = 1;
}
