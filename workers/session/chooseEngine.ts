import type { EngineDescription, Note } from '../../src/core/protocol.js';
import { within } from '../../src/core/within.js';
import type { Engine, EngineId, Environment, Rehearsal } from '../engines/engine.js';
import { UnsupportedError } from '../engines/failure.js';
import { openEngine } from '../engines/openEngine.js';
import { askForGpu, type GpuAnswer } from '../engines/webgpu/webgpuDevice.js';
import { reasonOf } from './engineFailure.js';
import { ranOutOfMemory } from './outOfMemory.js';
import { measureSteps } from './rehearse.js';
import { Stopped } from './stopSignal.js';

export interface EngineRequest {
  /** An engine's id, or `auto`. */
  readonly wanted: string;
  /** The engines that have an implementation of their own of what is trained. */
  readonly able: readonly EngineId[];
  /** The engines that have failed this run. */
  readonly refused?: ReadonlySet<EngineId>;
  readonly environment: Environment;
  readonly rehearse: (engine: Engine) => Rehearsal;
}

export interface ChosenEngine {
  readonly engine: Engine;
  readonly description: EngineDescription;
  /** What did not go as asked. */
  readonly notes: readonly Note[];
  /** Where engines were compared: takes what the chosen one turns out to take, ms a step, which later choices go by. */
  readonly correct?: (msPerStep: number) => void;
}

/** What can be started here. */
export interface Machine {
  readonly open: (id: EngineId) => Promise<Engine>;
  readonly askForGpu: () => Promise<GpuAnswer>;
}

/**
 * ms a step from which on a GPU is tried. One readback a step, some hundred commands and the tokens of a response, which
 * follow each other, take a GPU as long whatever it can do: it has nothing to win below.
 */
const worthAGpu = 4;
/** ms that the cheapest engine waits for word of the GPU before it is measured: most browsers know at once. */
const patience = 100;
/** ms in which a GPU has to start, compile and be measured. */
const gpuDeadline = 5000;

/** What works where others do not, in order. */
const fallbacks: readonly EngineId[] = ['cpu-fma', 'cpu', 'reference-wasm', 'reference-cpu'];

type Measured = NonNullable<EngineDescription['measured']>[number];

/** What engines took, by rehearsal key: a comparison lasts for the session. */
const measuredBefore = new Map<string, readonly Measured[]>();

/**
 * Starts the engine that a config asks for, or the next best one with a note that says why. `auto` is the engine that is
 * cheapest to start, unless there is a GPU that may be faster: then both train a few steps of the actual shape, and the
 * faster one wins. Whatever becomes of the GPU, the other engine is there; where that fails at these steps, the next one
 * takes its place.
 */
export async function chooseEngine(
  request: EngineRequest,
  machine: Machine = { open: (id) => openEngine(id, request.environment), askForGpu },
): Promise<ChosenEngine> {
  const { wanted, able, refused = new Set() } = request;
  const failures: { readonly engine: EngineId; readonly reason: string }[] = [];
  const fail = (engine: EngineId, error: unknown): void => void failures.push({ engine, reason: reasonOf(error) });
  const pinned = wanted === 'auto' || refused.has(wanted as EngineId) ? [] : [wanted as EngineId];
  const order = [...new Set([...pinned, ...fallbacks])].filter((id) => able.includes(id) && !refused.has(id));
  const racesGpu = wanted === 'auto' && able.includes('webgpu') && !refused.has('webgpu');
  // It answers while the first engine starts.
  const gpu = racesGpu ? machine.askForGpu() : undefined;
  gpu?.catch(() => undefined);

  let race: Race | undefined;
  for (let left = order; !race; ) {
    const first = await openFirst(left, machine, wanted, fail);
    left = left.slice(left.indexOf(first.id) + 1);
    try {
      race = gpu ? await raceGpu(first, gpu, request, machine, fail) : { engine: first, notes: [] };
    } catch (error) {
      // The engines that are left need no less memory.
      if (left.length === 0 || error instanceof Stopped || ranOutOfMemory(error, first.id)) throw error;
      fail(first.id, error);
    }
  }
  const { id, adapter } = race.engine;
  const unavailable = failures.map(({ engine, reason }) => ({ id: 'note.engineUnavailable', values: { engine, reason, used: id } }));
  return {
    ...race,
    notes: [...race.notes, ...unavailable],
    description: { id, ...(adapter === undefined ? {} : { adapter }), ...(race.measured ? { measured: race.measured } : {}) },
  };
}

/** Throws what keeps the last one from starting where none does. */
async function openFirst(
  order: readonly EngineId[],
  machine: Machine,
  wanted: string,
  fail: (engine: EngineId, error: unknown) => void,
): Promise<Engine> {
  let last: unknown = new Error(`no engine for '${wanted}'`);
  for (const id of order) {
    try {
      return await machine.open(id);
    } catch (error) {
      last = error;
      // The plain kernels differ by nothing else.
      const expected = id === 'cpu-fma' && id !== wanted && error instanceof UnsupportedError;
      if (!expected) fail(id, error);
    }
  }
  throw last;
}

interface Race {
  readonly engine: Engine;
  readonly notes: readonly Note[];
  /** The fastest first, where there were several. */
  readonly measured?: readonly Measured[];
  readonly correct?: (msPerStep: number) => void;
}

/** The faster of an engine that has started and the GPU. Rejects only with what fails on the first. */
async function raceGpu(
  first: Engine,
  gpu: Promise<GpuAnswer>,
  { rehearse }: EngineRequest,
  machine: Machine,
  fail: (engine: EngineId, error: unknown) => void,
): Promise<Race> {
  const alone = (notes: readonly Note[] = []): Race => ({ engine: first, notes });
  const early = await within(patience, 'the GPU adapter', gpu).catch(() => undefined);
  if (early && early.kind !== 'hardware') return alone([noGpu(early)]);

  const own = rehearse(first);
  const key = `${first.id} ${own.key}`;
  let measured = measuredBefore.get(key);
  try {
    measured ??= [{ id: first.id, msPerStep: await measureSteps(first, own) }];
  } finally {
    own.dispose();
  }
  if (measured.length === 1 && measured[0]!.msPerStep < worthAGpu) {
    measuredBefore.set(key, measured);
    return alone();
  }
  try {
    const answer = await gpu;
    if (answer.kind !== 'hardware') return alone([noGpu(answer)]);
    const { engine, msPerStep } = await within(gpuDeadline, 'the GPU', measureGpu(machine, rehearse, measured));
    measured = [...measured.filter(({ id }) => id !== engine.id), { id: engine.id, msPerStep }].sort((a, b) => a.msPerStep - b.msPerStep);
    const remember = (all: readonly Measured[]): void => void measuredBefore.set(key, all);
    remember(measured);
    const winner = measured[0]!.id === engine.id ? engine : first;
    const compared = measured;
    const correct = (ms: number): void =>
      remember(compared.map((one) => (one.id === winner.id ? { ...one, msPerStep: ms } : one)).sort((a, b) => a.msPerStep - b.msPerStep));
    return { engine: winner, notes: [], measured, correct };
  } catch (error) {
    // An engine that failed is tried again for the next run, which is told so, too.
    fail('webgpu', error);
    return alone();
  }
}

/** Starts the GPU's engine; it trains only where no run of this shape has measured it before. */
async function measureGpu(
  machine: Machine,
  rehearse: (engine: Engine) => Rehearsal,
  before: readonly Measured[],
): Promise<{ readonly engine: Engine; readonly msPerStep: number }> {
  const engine = await machine.open('webgpu');
  const known = before.find(({ id }) => id === engine.id);
  if (known) return { engine, msPerStep: known.msPerStep };
  const rehearsal = rehearse(engine);
  try {
    return { engine, msPerStep: await measureSteps(engine, rehearsal) };
  } finally {
    rehearsal.dispose();
  }
}

function noGpu(answer: Exclude<GpuAnswer, { kind: 'hardware' }>): Note {
  return answer.kind === 'none' ? { id: 'note.noWebgpu' } : { id: 'note.softwareAdapter', values: { adapter: answer.adapter } };
}
