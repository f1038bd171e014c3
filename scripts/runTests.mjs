/** Runs a project of Vitest, and sums a command up in its last lines: what failed, by name, and how many passed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, runInstalledBeside } from './setup.mjs';

/** @typedef {{ passed: number, failures: string[] }} Outcome how many tests passed, and a line for each that did not */

/**
 * A run that ends badly without a failed test counts as one failure.
 * @param {string} project
 * @param {readonly string[]} options of Vitest
 * @param {(output: string) => void} [print] takes what it printed, once it has ended; without, its output is shown at once
 * @returns {Promise<Outcome>}
 */
export async function runTests(project, options = [], print = undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'tuning-playground-'));
  const output = join(folder, `${project}.json`);
  const args = ['run', '--project', project, '--reporter', 'default', '--reporter', 'json', `--outputFile.json=${output}`, ...options];
  const ended = await runInstalledBeside('vitest/vitest.mjs', args, print);
  /** @type {Outcome} */
  let outcome = { passed: 0, failures: [] };
  try {
    outcome = outcomeOf(JSON.parse(readFileSync(output, 'utf8')));
  } catch {
    // Vitest did not come as far as its report; `ended` says so.
  }
  rmSync(folder, { recursive: true });
  if (!ended && outcome.failures.length === 0) outcome.failures.push(`${project}: ended without a report, or with an error outside of its tests`);
  return outcome;
}

/**
 * @param {{ numPassedTests: number, testResults: { name: string, status: string, message: string,
 *   assertionResults: { fullName: string, status: string, failureMessages: string[] }[] }[] }} report of Vitest, as JSON
 * @returns {Outcome}
 */
function outcomeOf({ numPassedTests, testResults }) {
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${file}: ${firstLine(message)}`];
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${firstLine(failureMessages[0])}`);
  });
  return { passed: numPassedTests, failures };
}

/** @param {string | undefined} message */
const firstLine = (message) => message?.split('\n', 1)[0] ?? '';

/**
 * Prints the last lines of a command, and has it end badly where something failed.
 * @param {readonly Outcome[]} outcomes
 */
export function sumUp(outcomes) {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  console.log(['', ...failures.map((failure) => `FAILED ${failure}`), `${passed} passed, ${failures.length} failed`].join('\n'));
  if (failures.length > 0) process.exitCode = 1;
}
