/** `npm run headless`: trains a config without a page; see the README for arguments and output. */
import { importProgram } from './bundle.mjs';
import { environment, installWebgpuFor } from './environment.mjs';
import './quietPipe.mjs';

const { parseArguments, train, usage, UsageError } = await importProgram('headless');

const args = process.argv.slice(2);
if (args.length === 0 || args.includes('--help')) {
  console.error(usage);
  process.exit(args.length === 0 ? 2 : 0);
}

let request;
try {
  request = parseArguments(args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(2);
}

const { lab, config, json } = request;
await installWebgpuFor(config.engine);

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const output = {
  row: (step, metrics) => {
    if (json) return print({ step, metrics });
    const shown = Object.entries(metrics).filter(([, values]) => values.every((value) => value !== null));
    const line = shown.map(([id, values]) => `${id} ${mean(values).toPrecision(3)}`).join('  ');
    if (step % 10 === 0) process.stdout.write(`${String(step).padStart(5)}  ${line}\n`);
  },
  finding: (finding) =>
    json ? print({ finding }) : process.stdout.write(`finding ${finding.id} at step ${finding.step}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
};

try {
  const summary = await train(lab, config, environment, output);
  if (json) print({ summary });
  else process.stdout.write(`${summary.steps} steps in ${summary.seconds.toFixed(1)} s on ${summary.engine}\n`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// Writes to a pipe may still be under way; the training code's message port would keep the process alive.
process.stdout.write('', () => process.exit());
