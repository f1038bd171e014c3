import { engineIds, type Engine, type EngineId, type Environment, type Rehearsal } from '../engines/engine.js';
import type { EngineDescription, Note } from '../../src/core/protocol.js';
import { loadCpuKernels, UnsupportedError } from '../engines/cpu/load.js';
import { NotFiniteError } from '../labs/trainer.js';
import { openEngine } from '../engines/openEngine.js';
import { adapterName, findAdapter, isSoftware } from '../engines/webgpu/webgpuDevice.js';

export interface ChosenEngine {
  readonly engine: Engine;
  readonly description: EngineDescription;
  /** What did not go as asked. */
  readonly notes: readonly Note[];
}

/** ms that measuring all engines may take together, and one of them. */
const mostTogether = 1000;
const mostEach = 200;
/** An engine is left out where it could not be measured in time if it took so many times what the fastest one takes. */
const mostSlower = 20;

/** What the engines took, by rehearsal key: one choice lasts for the session. */
const measuredBefore = new Map<string, NonNullable<EngineDescription['measured']>>();

/**
 * Starts the engine that a config asks for, or the next best one with a note that says why. `auto` measures, it does
 * not guess: each usable engine trains a few steps of the actual shape, and the fastest wins.
 *
 * @param able the engines that have an implementation of their own of what is trained
 */
export async function chooseEngine(
  requested: string,
  environment: Environment,
  rehearse: (engine: Engine) => Rehearsal,
  able: readonly EngineId[] = engineIds,
): Promise<ChosenEngine> {
  const notes: Note[] = [];
  const describe = (engine: Engine, measured?: EngineDescription['measured']): ChosenEngine => ({
    engine,
    notes,
    description: {
      id: engine.id,
      ...(engine.adapter === undefined ? {} : { adapter: engine.adapter }),
      ...(measured && measured.length > 1 ? { measured } : {}),
    },
  });
  const usable = requested === 'auto' ? await usableEngines(notes) : [requested as EngineId];
  const candidates = usable.filter((id) => able.includes(id));
  if (candidates.length > 1) {
    const measured = await measure(candidates, environment, rehearse, notes);
    if (measured[0]) return describe(await openEngine(measured[0].id as EngineId, environment), measured);
  }
  const order = [...candidates, ...lastResorts.filter((id) => !candidates.includes(id))];
  for (const [i, id] of order.entries()) {
    try {
      return describe(await openEngine(id, environment));
    } catch (error) {
      const used = order[i + 1];
      if (!used) throw error;
      notes.push(unavailable(id, error, used));
    }
  }
  throw new Error(`no engine for '${requested}'`);
}

/** What always works, in order. */
const lastResorts: readonly EngineId[] = ['cpu', 'reference-wasm', 'reference-cpu'];

/**
 * The engines worth measuring here, the likely fastest first: a software adapter only emulates a GPU, and where the fused
 * cpu kernels run, the plain ones are left out, since they differ by nothing else.
 */
async function usableEngines(notes: Note[]): Promise<EngineId[]> {
  const cpu = await loadCpuKernels('cpu-fma').then(
    () => 'cpu-fma' as const,
    (error: unknown) => {
      if (!(error instanceof UnsupportedError)) notes.push(unavailable('cpu-fma', error, 'cpu'));
      return 'cpu' as const;
    },
  );
  const adapter = await findAdapter();
  if (!adapter) notes.push({ id: 'note.noWebgpu' });
  else if (isSoftware(adapter)) notes.push({ id: 'note.softwareAdapter', values: { adapter: adapterName(adapter) } });
  else return ['webgpu', cpu, 'reference-webgpu', 'reference-wasm'];
  return [cpu, 'reference-wasm'];
}

/** ms a step of each engine that could be measured in time, the fastest first. */
async function measure(
  candidates: readonly EngineId[],
  environment: Environment,
  rehearse: (engine: Engine) => Rehearsal,
  notes: Note[],
): Promise<NonNullable<EngineDescription['measured']>> {
  const measured: { id: string; msPerStep: number }[] = [];
  const started = performance.now();
  let key: string | undefined;
  let failed = false;
  for (const id of candidates) {
    const fastest = measured.length > 0 ? Math.min(...measured.map(({ msPerStep }) => msPerStep)) : 0;
    if (performance.now() - started + mostSlower * fastest > mostTogether) break;
    try {
      const rehearsal = rehearse(await openEngine(id, environment));
      key = `${candidates.join()} ${rehearsal.key}`;
      const before = measuredBefore.get(key);
      try {
        if (before) return before;
        measured.push({ id, msPerStep: await fastestStep(rehearsal) });
      } finally {
        rehearsal.dispose();
      }
    } catch (error) {
      notes.push(unavailable(id, error, candidates.find((other) => other !== id)!));
      failed = true;
    }
  }
  measured.sort((a, b) => a.msPerStep - b.msPerStep);
  // An engine that failed is tried again for the next run, which is told so, too.
  if (key !== undefined && !failed) measuredBefore.set(key, measured);
  return measured;
}

/**
 * The first step compiles, and counts only where it alone takes all the time; of the others the fastest counts, since a
 * machine is only ever slowed down. Training that diverges says nothing against an engine, and ends the rehearsal.
 */
async function fastestStep(rehearsal: Rehearsal): Promise<number> {
  const started = performance.now();
  let fastest = Infinity;
  let diverged = false;
  do {
    const before = performance.now();
    await rehearsal.train().catch((error: unknown) => {
      if (!(error instanceof NotFiniteError)) throw error;
      diverged = true;
    });
    fastest = Math.min(fastest, performance.now() - before);
  } while (!diverged && performance.now() - started < mostEach);
  return fastest;
}

function unavailable(engine: string, error: unknown, used: string): Note {
  const reason = error instanceof Error ? error.message : String(error);
  return { id: 'note.engineUnavailable', values: { engine, reason, used } };
}
