import type { Page } from 'playwright';
import { expect } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { findLab } from '../../src/core/labs/index.js';
import type { Config } from '../../src/core/parameters.js';
import { beginRecord, type RunEvent, type RunHead } from '../../src/core/run/record.js';

/** Runs that were trained before: made up, each metric a curve of its own with some noise. */
export interface Shelved {
  readonly preset: string;
  readonly metrics: readonly string[];
  readonly steps: number;
  readonly replicas?: number;
  /** What differs from the preset in each of them. */
  readonly changes: readonly Config[];
  readonly events?: readonly RunEvent[];
}

/** Puts GRPO runs into the archive of the page's browser, and opens the page again with them on the charts, the last in the foreground. */
export async function shelve(page: Page, { preset, metrics, steps, replicas = 1, changes, events = [] }: Shelved): Promise<readonly RunHead[]> {
  const lab = findLab('grpo')!;
  const base = presetConfig(lab, lab.presets.find(({ id }) => id === preset)!);
  const heads = changes.map((change, i): RunHead => {
    const config = { ...base, ...change };
    const start = { lab: lab.id, preset, base, config, seeds: Array.from({ length: replicas }, (_, k) => k), steps };
    const head = beginRecord(start, { id: `made-up-${i}`, version: '0.0.0', created: 1e12 + i });
    return { ...head, state: 'finished', step: steps, events, best: { step: steps, score: 0.8 - 0.05 * i } };
  });
  await page.evaluate(async ({ heads, metrics, steps, replicas }) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('tuning-playground'));
    let seed = 1;
    const noise = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
    for (const [run, head] of heads.entries()) {
      const columns = Object.fromEntries(metrics.map((metric, m) => {
        const curve = (step: number): number => 0.8 - 0.05 * run - 0.6 * Math.exp((-step * (3 + (m % 4))) / steps);
        return [metric, Float64Array.from({ length: (steps + 1) * replicas }, (_, i) => Math.abs(curve(Math.floor(i / replicas)) + 0.1 * noise()))];
      }));
      const rows = {
        steps: Int32Array.from({ length: steps + 1 }, (_, i) => i),
        seconds: Float64Array.from({ length: steps + 1 }, (_, i) => 0.02 * (1 + 0.1 * run) * i),
        columns,
      };
      const transaction = database.transaction(['runs', 'labels', 'rows'], 'readwrite');
      transaction.objectStore('runs').put({ id: head.id, head });
      transaction.objectStore('labels').put({ id: head.id, label: { color: run % 10 } });
      await done(transaction.objectStore('rows').add({ run: head.id, rows }));
    }
    database.close();
    sessionStorage.setItem('viewed runs', JSON.stringify({ shown: heads.map(({ id }) => id), selected: heads.at(-1)!.id }));
  }, { heads, metrics, steps, replicas });
  await page.reload();
  await expect.poll(() => page.getByRole('figure').first().getAttribute('aria-label'), { timeout: 30_000 }).toContain(`(step ${steps})`);
  return heads;
}
