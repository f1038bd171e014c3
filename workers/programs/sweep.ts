/** `npm run sweep`: trains a population of a sweep, and says what became of each cell and seed. */
import { loadLanguage } from '../../src/core/messages/messages.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { Config } from '../../src/core/parameters.js';
import { beginRecord, newRunId } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import type { MetricRows } from '../../src/core/series/runSeries.js';
import type { SweepPopulation } from '../../src/core/sweeps/plan.js';
import { resultOf, type SweepResult } from '../../src/core/sweeps/result.js';
import { version } from '../../src/core/version.js';
import type { Environment } from '../engines/engine.js';
import { Session } from '../session/session.js';

export { problemLine } from '../../src/core/problem.js';
export { planOf } from '../../src/core/sweeps/plan.js';
export { firstLine, readResults, resultKey, resultLine } from '../../src/core/sweeps/result.js';
export { outcomes } from '../../src/core/sweeps/outcome.js';
export { readSweep } from '../../src/core/sweeps/spec.js';

interface TrainingOptions {
  /** Hears of each step. */
  readonly progress?: (step: number, steps: number) => void;
  /** Ends it early. */
  readonly stopAt?: number;
}

/**
 * Trains the cells of a population together; a cell's result is that of its config and seed trained alone, bit for bit.
 * Throws where training failed otherwise than by diverging.
 */
export async function trainPopulation(
  lab: Lab, { config, cells, changes }: SweepPopulation, environment: Environment, { progress, stopAt = Infinity }: TrainingOptions = {},
): Promise<SweepResult[]> {
  await loadLanguage('en', lab.id);
  const { replicas, seed } = runConfig(config);
  const seeds = Array.from({ length: replicas }, (_, k) => seed + k);
  // A recorder for each seed: what is found in one is no sign of another.
  const recorders = new Map(cells.map((cell) => {
    const start = { lab: lab.id, base: cell.config, config: cell.config, steps: lab.steps(cell.config) };
    const own = seeds.map((each) => new Recorder(lab, beginRecord({ ...start, seeds: [each] }, { id: newRunId(), version, created: 0 })));
    return [String(cell.index), { cell, own }];
  }));
  const session = new Session({
    arms: cells.map((cell, i) => ({ run: String(cell.index), change: changes[i]! })),
    lab,
    config,
    environment,
    emit: (update) => {
      if (update.type === 'inspection') return;
      const { own } = recorders.get(update.run)!;
      own.forEach((recorder, k) => recorder.apply(update.type === 'metrics' ? { ...update, columns: columnsOf(update, k, replicas) } : update, 0));
      if (update.type !== 'status') return;
      progress?.(update.step, update.steps);
      if (update.step >= stopAt) session.stop();
    },
  });
  await session.ended;
  return [...recorders.values()].flatMap(({ cell, own }) => own.map(({ head }) => {
    if (head.state === 'failed' && head.failure !== 'notFinite') throw new Error(`${JSON.stringify(cell.values)}: the run failed`);
    return resultOf(lab, cell.values, head);
  }));
}

/** One replica's share of rows. */
function columnsOf({ columns }: Pick<MetricRows, 'columns'>, k: number, replicas: number): MetricRows['columns'] {
  return Object.fromEntries(Object.entries(columns).map(([id, column]) => [id, column.filter((_, i) => i % replicas === k)]));
}

/** Of which a few are enough to tell how long one takes. */
const triedSteps = 6;
const triedValidations = 3;

/** How long a population takes here, s: from a few of its steps with validations and without. */
export async function estimateSeconds(lab: Lab, population: SweepPopulation, environment: Environment): Promise<number> {
  const { config, cells } = population;
  const time = async (validationEvery: number): Promise<number> => {
    const measured = (own: Config): Config => ({ ...own, validationEvery });
    const few = { ...population, config: measured(config), cells: cells.map((cell) => ({ ...cell, config: measured(cell.config) })) };
    const began = performance.now();
    await trainPopulation(lab, few, environment, { stopAt: triedSteps });
    return (performance.now() - began) / 1000;
  };
  await time(0);
  const [plain, validated] = [await time(0), await time(triedSteps / (triedValidations - 1))];
  const steps = lab.steps(config);
  const validations = Math.ceil(steps / runConfig(config).validationEvery) + 1;
  return (plain / triedSteps) * steps + Math.max(0, (validated - plain) / triedValidations) * validations;
}
