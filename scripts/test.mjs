/**
 * `npm test`: types, lint and every test but those that wait for long deadlines, on a machine that may have nothing but
 * Node. `npm test -- lint unit` runs only the parts named, `npm test -- deadlines` those that wait. All parts run even
 * when one fails; the last line sums the tests up.
 */
import { countTests } from './countTests.mjs';
import { ensureDependencies, requireNode, runInstalled } from './setup.mjs';

requireNode();

/** Two files at a time, also on two cores: what computes, or waits. The tests that watch frames run alone. */
const both = ['--maxWorkers', '2'];

/** Each part says how many tests passed and failed; a check counts only where it fails. */
const parts = {
  types: () => check('typescript/bin/tsc', ['-p', '.']),
  components: () => check('svelte-check/bin/svelte-check', ['--fail-on-warnings', '--output', 'human']),
  lint: () => check('eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  unit: () => countTests('unit'),
  golden: () => countTests('golden'),
  workers: () => countTests('workers', both),
  webgpu: () => countTests('webgpu'),
  browser: () => countTests('browser'),
  visits: () => countTests('visits', both),
  deadlines: () => countTests('deadlines', ['--maxWorkers', '3']),
};
const names = /** @type {(keyof typeof parts)[]} */ (Object.keys(parts));
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(parts, name));
if (unknown) {
  console.error(`npm test: '${unknown}' is not a part (expected ${names.join(', ')})`);
  process.exit(2);
}
const chosen = names.filter((name) => (asked.length === 0 ? name !== 'deadlines' : asked.includes(name)));

ensureDependencies();
if (chosen.some((name) => ['webgpu', 'browser', 'visits', 'deadlines'].includes(name))) {
  const { ensureChromium } = await import('./chromium.mjs');
  process.env.CHROME_PATH = await ensureChromium();
}

const total = { passed: 0, failed: 0 };
for (const name of chosen) {
  console.log(`\n── ${name} ──`);
  const { passed, failed } = parts[name]();
  total.passed += passed;
  total.failed += failed;
}
if (total.failed > 0) process.exitCode = 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);

/**
 * @param {string} script
 * @param {readonly string[]} args
 */
function check(script, args) {
  return { passed: 0, failed: runInstalled(script, args) ? 0 : 1 };
}
