/**
 * `npm test`: types, lint and the tests, on a machine that may have nothing but Node. `npm test -- lint unit` runs only the
 * parts named, `npm test -- frames long` those that are not run otherwise. All parts run even when one fails; the last
 * lines say what failed and sum the tests up.
 */
import { runTests, sumUp } from './runTests.mjs';
import { ensureDependencies, requireNode, runInstalledBeside } from './setup.mjs';

requireNode();

/** Two files at a time, also on two cores: what computes, or waits. The tests that watch frames run alone. */
const both = ['--maxWorkers', '2'];

/**
 * What is held without running it: all at once, beside the first tests. Types are checked in components and modules.
 * @type {Record<string, [script: string, ...args: string[]]>}
 */
const checks = {
  types: ['svelte-check/bin/svelte-check', '--fail-on-warnings', '--output', 'human'],
  lint: ['eslint/bin/eslint.js', '.', '--max-warnings', '0'],
};

/**
 * Each part of tests: projects of Vitest with its options. The first, on an emulated GPU, leaves room for the checks.
 * @type {Record<string, [project: string, options?: string[]][]>}
 */
const tests = {
  webgpu: [['webgpu']],
  unit: [['unit', both]],
  golden: [['golden']],
  workers: [['workers', both]],
  browser: [['browser', ['labs.test']]],
  visits: [['visits', both]],
  frames: [['browser', ['frames.test']]],
  long: [['long', ['--maxWorkers', '3']], ['webgpu-long']],
};
const parts = { ...checks, ...tests };
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

/** @param {string} name */
const heading = (name) => console.log(`\n── ${name} ──`);

/** @type {import('./runTests.mjs').Outcome[]} */
const outcomes = [];
const checking = Object.entries(checks).filter(([name]) => chosen.includes(name));
const checked = Promise.all(
  checking.map(async ([name, [script, ...args]]) => {
    const print = (/** @type {string} */ output) => {
      heading(name);
      process.stdout.write(output);
    };
    if (!(await runInstalledBeside(script, args, print))) outcomes.push({ passed: 0, failures: [name] });
  }),
);
for (const [name, projects] of Object.entries(tests)) {
  if (!chosen.includes(name)) continue;
  heading(name);
  for (const [project, options] of projects) outcomes.push(await runTests(project, options));
  await checked;
}
await checked;
sumUp(outcomes);
