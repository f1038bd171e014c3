import { benchCases, type BenchCase } from '../../src/core/bench/cases.js';
import type { BenchEvent, KernelTime, Measurement } from '../../src/core/bench/measurement.js';
import type { Contestant, Steps, Turn } from './contestant.js';
import { problemOf, type Problem } from './problem.js';
import { mostWork, workOf } from './work.js';

/**
 * Rounds in which each contestant has a turn, ms that a turn should take, and ms after which, with two turns, it gets no
 * further turn in a case.
 */
const effort = { quick: { rounds: 5, turn: 60, most: 1500 }, full: { rounds: 7, turn: 120, most: 3000 } };
type Effort = (typeof effort)[keyof typeof effort];
/** A contestant whose step takes more ms than this is left out of cases with more to compute. */
const slowest = 1000;

interface Entrant {
  readonly id: string;
  readonly steps: Steps;
  /** Steps a turn. */
  readonly count: number;
  readonly firstLoss?: number;
  readonly turns: Turn[];
  /** Of each kernel in `count` steps. */
  kernels?: readonly KernelTime[];
}

/**
 * Measures every case: the contestants side by side, in turns, so that what else the machine does falls on all of
 * them. A contestant that fails is told of and left out from then on.
 */
export async function measure(contestants: readonly Contestant[], quick: boolean, emit: (event: BenchEvent) => void): Promise<void> {
  const spend = quick ? effort.quick : effort.full;
  const cases = benchCases(quick);
  /** By contestant: the least work that was too slow, or 0 once it failed. */
  const limits = new Map<string, number>();
  /** Contestants with kernels whose GPU cannot time them. */
  const untimed = new Set<string>();
  const attempt = async <T>(id: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      limits.set(id, 0);
      const reason = error instanceof Error ? error.message : String(error);
      emit({ type: 'note', note: { id: 'bench.note.failed', values: { engine: id, reason } } });
      return undefined;
    }
  };
  for (const [done, benchCase] of cases.entries()) {
    const problem = problemOf(benchCase);
    const work = mostWork(problem);
    const engines = contestants.filter(({ id, trains }) => trains.includes(problem.kind) && work < (limits.get(id) ?? Infinity));
    emit({ type: 'progress', done, cases: cases.length, engines: engines.map(({ id }) => id) });
    const entrants: Entrant[] = [];
    for (const contestant of engines) {
      const { id } = contestant;
      const entered = await attempt(id, () => enter(contestant, problem, spend));
      if (!entered) continue;
      entrants.push(entered.entrant);
      if (entered.ms > slowest) limits.set(id, work);
    }
    for (let round = 0; round < spend.rounds; round++) {
      for (const { id, steps, count, turns } of entrants) {
        const spent = turns.reduce((sum, { ms }) => sum + ms, 0);
        if (limits.get(id) === 0 || (turns.length > 1 && spent > spend.most)) continue;
        const result = await attempt(id, () => steps.run(count));
        if (result) turns.push(result);
      }
    }
    // By itself, after the rounds: a pass for each dispatch takes time.
    for (const entrant of entrants) {
      const { id, steps, count } = entrant;
      if (!steps.profile || limits.get(id) === 0) continue;
      const kernels = await attempt(id, () => steps.profile!(count));
      if (kernels) entrant.kernels = kernels;
      if (kernels?.length === 0) untimed.add(id);
    }
    for (const { id, steps } of entrants) await attempt(id, async () => steps.dispose());
    const measured = entrants.filter(({ id }) => limits.get(id) !== 0);
    emit({ type: 'measured', measurements: measured.map((entrant) => summarise(benchCase, problem, entrant)) });
  }
  for (const engine of untimed) emit({ type: 'note', note: { id: 'bench.note.untimed', values: { engine } } });
  for (const [engine, limit] of limits) {
    if (limit > 0) emit({ type: 'note', note: { id: 'bench.note.slow', values: { engine, seconds: slowest / 1000 } } });
  }
}

/** Prepares a contestant and finds out how long its steps take, once what is compiled at the first ones is. */
async function enter(
  contestant: Contestant,
  problem: Problem,
  spend: Effort,
): Promise<{ entrant: Entrant; ms: number }> {
  const steps = await contestant.prepare(problem);
  const first = await steps.run(1);
  let { ms } = first;
  for (let i = 0; i < 2 && ms < spend.most; i++) ms = Math.min(ms, (await steps.run(1)).ms);
  const entrant: Entrant = {
    id: contestant.id,
    steps,
    count: Math.max(1, Math.round(spend.turn / ms)),
    turns: [],
    ...(first.loss === undefined ? {} : { firstLoss: first.loss }),
  };
  return { ms, entrant };
}

function summarise(benchCase: BenchCase, problem: Problem, { id, count, firstLoss, turns, kernels }: Entrant): Measurement {
  const sorted = (value: (turn: Turn) => number): number[] => turns.map((turn) => value(turn) / count).sort((a, b) => a - b);
  /** Means would tell of what else the machine did: a software adapter takes the processor from JavaScript itself. */
  const median = (value: (turn: Turn) => number): number => sorted(value)[Math.floor(turns.length / 2)]!;
  const lengths = turns.flatMap((turn) => turn.lengths);
  const steps = count * turns.length;
  const { tokens, flops } = workOf(problem, steps, lengths);
  return {
    benchCase,
    engine: id,
    ms: median(({ ms }) => ms),
    fastest: sorted(({ ms }) => ms)[0]!,
    tokens: tokens / steps,
    flops: flops / steps,
    ...(lengths.length === 0 ? {} : { responseLength: tokens / lengths.length }),
    ...(turns.every(({ gpu }) => gpu)
      ? { dispatches: median(({ gpu }) => gpu!.dispatches), javascriptMs: median(({ gpu }) => gpu!.javascriptMs) }
      : {}),
    ...(kernels && kernels.length > 0 ? { kernels: kernels.map((own) => perStep(own, count)) } : {}),
    ...(firstLoss === undefined ? {} : { firstLoss }),
  };
}

function perStep({ kernel, dispatches, ms }: KernelTime, steps: number): KernelTime {
  return { kernel, dispatches: dispatches / steps, ms: ms / steps };
}
