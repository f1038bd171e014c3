/** Runs a project of Vitest and counts, for the line that sums a command up. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInstalled } from './setup.mjs';

/**
 * A run that ends badly before its report counts as one failure.
 * @param {string} project
 * @param {readonly string[]} options of Vitest
 * @returns {{ passed: number, failed: number }}
 */
export function countTests(project, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'tuning-playground-'));
  const output = join(folder, `${project}.json`);
  const args = ['run', '--project', project, '--reporter', 'default', '--reporter', 'json', `--outputFile.json=${output}`, ...options];
  const ended = runInstalled('vitest/vitest.mjs', args);
  let passed = 0;
  let failed = 0;
  try {
    ({ numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(output, 'utf8')));
  } catch {
    // Vitest did not come as far as its report; `ended` says so.
  }
  rmSync(folder, { recursive: true });
  return { passed, failed: ended ? failed : Math.max(failed, 1) };
}
