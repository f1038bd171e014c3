/**
 * `npm run bench [-- --quick] [--only id,id] [--json]`: times the training step of every engine, of PyTorch and of
 * jax-js, side by side; see the README. `-- --variants [--only id,id]` times the variants of the GRPO step beside the
 * plain one, on cpu-fma or these engines. It never passes or fails.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { importProgram } from './bundle.mjs';
import { environment, installWebgpu } from './environment.mjs';
import './quietPipe.mjs';
import { softwareVulkan } from './vulkan.mjs';

const { values: options } = readArguments();

function readArguments() {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' }, variants: { type: 'boolean' } } });
  } catch (error) {
    console.error(error.message);
    return process.exit(2);
  }
}

await installWebgpu();
const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
if (!adapter && !process.env.VK_ICD_FILENAMES) {
  const driver = await softwareVulkan();
  if (driver) {
    const again = process.argv.slice(1);
    const { status } = spawnSync(process.execPath, again, { stdio: 'inherit', env: { ...process.env, ...driver } });
    process.exit(status ?? 1);
  }
}

const { bench, benchTables, loadLanguage, markdown, message, timeVariants } = await importProgram('bench');
if (options.variants) {
  for (const engine of options.only?.split(',') ?? ['cpu-fma']) {
    const rows = (await timeVariants(engine, environment)).map(({ name, base, ms, ratio }) => [name, ms.toFixed(2), `${ratio.toFixed(2)} of ${base}`]);
    console.log(`${engine}\n\n${markdown({ headings: ['step', 'ms', 'time'], rows })}\n`);
  }
  // Dawn keeps the process alive.
  process.stdout.write('', () => process.exit());
  await new Promise(() => undefined);
}
const { jax } = await import('../test/bench/jax.mjs');
const { startTorch } = await import('../test/bench/torch.mjs');
const torch = await startTorch();
await loadLanguage('en', 'bench');
const t = (id, values) => message('en', id, values, 'bench');

let machine = [
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)} at the start`,
  `Node ${process.versions.node}`,
  torch ? `PyTorch ${torch.version}, one thread` : 'no PyTorch: python3 does not have it',
].join('; ');

const measurements = [];
const notes = [];
let peak;
await bench({
  environment,
  quick: options.quick ?? false,
  only: options.only?.split(','),
  others: [jax, ...(torch ? [torch] : [])],
  emit: (event) => {
    if (event.type === 'machine') machine += event.adapter ? `; WebGPU: ${event.adapter}` : '; no WebGPU: no Vulkan driver found';
    if (event.type === 'progress') {
      const { done, cases, engines } = event;
      process.stderr.write(`${t('bench.progress', { done: done + 1, cases, engines: engines.join(', ') })}\n`);
    }
    if (event.type === 'measured') measurements.push(...event.measurements);
    if (event.type === 'peak') peak = event.gflops;
    if (event.type === 'note') notes.push(t(event.note.id, event.note.values));
  },
});
torch?.end();

if (options.json) {
  console.log(JSON.stringify({ machine, notes, peak, measurements }));
} else {
  console.log(`${machine}\n`);
  if (peak !== undefined) console.log(`${t('bench.peak', { gflops: peak.toFixed(1) })}\n`);
  for (const table of benchTables(measurements, peak, t)) console.log(`${table.title}\n${table.hint}\n\n${markdown(table)}\n`);
  for (const note of notes) console.log(note);
}
// Dawn keeps the process alive.
process.stdout.write('', () => process.exit());
