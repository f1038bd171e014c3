/** How the cells of a sweep are trained: those that can differ within a population together, the others apart. */
import { configure } from '../labs/configure.js';
import { runConfig } from '../labs/runParameters.js';
import type { Config, ConfigChange } from '../parameters.js';
import type { Problem } from '../problem.js';
import type { Sweep } from './spec.js';

/** One point of the grid. */
export interface Cell {
  /** Its place, the last axis changing fastest. */
  readonly index: number;
  /** One value an axis. */
  readonly values: ConfigChange;
  readonly config: Config;
}

/** Cells that train together, over the same seeds. */
export interface SweepPopulation {
  /** What they share; of the knobs in which they differ, those of the first cell. */
  readonly config: Config;
  readonly cells: readonly Cell[];
  /** What tells each cell from `config`. */
  readonly changes: readonly ConfigChange[];
}

export interface SweepPlan {
  readonly cells: readonly Cell[];
  readonly populations: readonly SweepPopulation[];
}

/** Replicas of a population, at most: enough to fill an engine, few enough that the first cells are soon there. */
const mostReplicas = 24;

/**
 * The cells of a sweep and the populations that train them. A cell whose values do not go together is a problem, told
 * with the cell; then there is no plan.
 */
export function planOf(sweep: Sweep, { replicas = mostReplicas } = {}): { readonly plan?: SweepPlan; readonly problems: readonly Problem[] } {
  const { lab, preset, set, axes, seeds, seed, engine } = sweep;
  const problems: Problem[] = [];
  const cells = valuesOf(axes.map(({ key, values }) => values.map((value) => [key, value] as const))).map((entries, index): Cell => {
    const values = Object.fromEntries(entries);
    const configured = configure(lab, { preset: preset?.id, values: { ...set, ...values, replicas: seeds, seed, engine } });
    const wrong = (problem: Problem): unknown => problems.push({ ...problem, key: `cell ${JSON.stringify(values)}: ${problem.key}` });
    // A cell of another task than the preset's begins from that task's defaults, as it should.
    configured.problems.filter(({ reason }) => reason !== 'other-variant').forEach(wrong);
    const { validationEvery } = runConfig(configured.config);
    if (validationEvery === 0) wrong({ key: 'validationEvery', received: '0', reason: 'out-of-range', expected: { min: 1, max: 1000 } });
    return { index, values, config: configured.config };
  });
  if (problems.length > 0) return { problems };
  const shared = lab.parameters.filter((parameter) => !parameter.perReplica).map(({ key }) => key);
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const shape = JSON.stringify(shared.map((key) => cell.config[key]));
    const group = groups.get(shape);
    if (group) group.push(cell);
    else groups.set(shape, [cell]);
  }
  const most = Math.max(1, Math.floor(replicas / seeds));
  const populations = [...groups.values()].flatMap((group) => evenly(group, most)).map((own): SweepPopulation => {
    const { config } = own[0]!;
    return { config, cells: own, changes: own.map((cell) => differences(cell.config, config)) };
  });
  return { plan: { cells, populations }, problems };
}

/** Every combination, the last list changing fastest. */
function valuesOf<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

/** Parts of at most so many, as equal as can be. */
function evenly<T>(all: readonly T[], most: number): T[][] {
  const count = Math.ceil(all.length / most);
  return Array.from({ length: count }, (_, i) => all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count)));
}

function differences(config: Config, from: Config): ConfigChange {
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => value !== from[key]));
}
