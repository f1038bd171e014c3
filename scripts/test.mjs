/**
 * `npm test`: types, lint and the tests, on a machine that may have nothing but Node. `npm test -- lint unit` runs only the
 * parts named, `npm test -- frames long` those that are not run otherwise. All parts run even when one fails; the last
 * lines say what failed and sum the tests up.
 */
import { runTests, sumUp } from './runTests.mjs';
import { ensureDependencies, requireNode, runInstalledBeside } from './setup.mjs';

requireNode();

/** Things that run at a time, also on two cores: what computes, or waits. The tests that watch frames run alone. */
const lanes = 2;
const oneFile = ['--maxWorkers', '1'];
const both = ['--maxWorkers', String(lanes)];

/**
 * What is held without running it. Types are checked in components and modules.
 * @type {Record<string, [script: string, ...args: string[]]>}
 */
const checks = {
  types: ['svelte-check/bin/svelte-check', '--fail-on-warnings', '--output', 'human'],
  lint: ['eslint/bin/eslint.js', '.', '--max-warnings', '0'],
};

/**
 * Tests that need no page of their own, a file at a time, beside each other and the checks: those on an emulated GPU fill
 * one lane while the others go through the other one; those of the workers are long, and come in three parts.
 * @type {Record<string, [project: string, options?: string[]][]>}
 */
const beside = {
  webgpu: [['webgpu']],
  workers: [1, 2, 3].map((part) => ['workers', [...oneFile, `--shard=${part}/3`]]),
  unit: [['unit', oneFile]],
  golden: [['golden', oneFile]],
};

/**
 * Tests that open pages, one part after the other.
 * @type {Record<string, [project: string, options?: string[]][]>}
 */
const pages = {
  browser: [['browser', ['labs.test']]],
  visits: [['visits', both]],
  frames: [['browser', ['frames.test']]],
  long: [['long', ['--maxWorkers', '3']], ['webgpu-long']],
};
const parts = { ...checks, ...beside, ...pages };
/** Run only where they are named: they take minutes, or a machine of a known speed that does nothing else. */
const byName = ['frames', 'long'];
const names = Object.keys(parts);
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(parts, name));
if (unknown) {
  console.error(`npm test: '${unknown}' is not a part (expected ${names.join(', ')})`);
  process.exit(2);
}
const chosen = names.filter((name) => (asked.length === 0 ? !byName.includes(name) : asked.includes(name)));

ensureDependencies();
if (chosen.some((name) => ['webgpu', 'browser', 'visits', 'frames', 'long'].includes(name))) {
  const { ensureChromium } = await import('./chromium.mjs');
  process.env.CHROME_PATH = await ensureChromium();
}

// Compiled by the way, while much else runs, they would keep tests waiting longer than these may.
if (chosen.some((name) => !Object.hasOwn(checks, name))) {
  const { compileKernels } = await import('./kernels.mjs');
  await compileKernels('cpu');
  await compileKernels('cpu-fma');
}

/** @param {string} name */
const heading = (name) => console.log(`\n── ${name} ──`);

/** @param {string} name @returns {(output: string) => void} */
const printed = (name) => (output) => {
  heading(name);
  process.stdout.write(output);
};

/** @type {import('./runTests.mjs').Outcome[]} */
const outcomes = [];
const tasks = [
  ...Object.entries(beside).flatMap(([name, projects]) =>
    projects.map(([project, options]) => ({ name, run: async () => outcomes.push(await runTests(project, options, printed(name))) }))),
  ...Object.entries(checks).map(([name, [script, ...args]]) => ({
    name,
    run: async () => {
      if (!(await runInstalledBeside(script, args, printed(name)))) outcomes.push({ passed: 0, failures: [name] });
    },
  })),
].filter(({ name }) => chosen.includes(name));
if (tasks.length > 0) console.log(`running ${[...new Set(tasks.map(({ name }) => name))].join(', ')}: what each prints follows as it ends`);
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let task = tasks.shift(); task; task = tasks.shift()) await task.run();
  }),
);
for (const [name, projects] of Object.entries(pages)) {
  if (!chosen.includes(name)) continue;
  heading(name);
  for (const [project, options] of projects) outcomes.push(await runTests(project, options));
}
sumUp(outcomes);
