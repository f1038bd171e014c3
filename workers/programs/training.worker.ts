/// <reference lib="webworker" />
import { IndexedDbArchive } from '../../src/archive/indexedDbArchive.js';
import type { Lab } from '../../src/core/labs/lab.js';
import type { Command, Report, Update } from '../../src/core/protocol.js';
import { trainedLabs } from '../labs/index.js';
import type { Checkpoint } from '../labs/trainer.js';
import { loadCpuKernels } from '../engines/cpu/load.js';
import { askForGpu } from '../engines/webgpu/webgpuDevice.js';
import { pageEnvironment } from './pageEnvironment.js';
import { Session } from '../session/session.js';
import { checkStart, runsOf, StartError, type Start } from './startMessage.js';

const archive = new IndexedDbArchive((cleared) => tell({ type: 'cleared', ...cleared }));
const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Runs of a lab whose checkpoints later runs may start from: as many as the page shows. */
const mostRunsKept = 6;
/** ms between two signs of life. */
const beat = 2000;
const sessions = new Map<string, Session>();
/** Runs that were told to stop before they had begun. */
const stopped = new Set<string>();
let starting: Promise<void> = Promise.resolve();

const tell = (report: Report, transfer: Transferable[] = []): void => scope.postMessage(report, transfer);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// What the first run most likely takes, and whether there is a GPU: the browser may have to start what knows that. Whoever
// opens the engine hears of a failure.
for (const ahead of [loadCpuKernels('cpu-fma'), askForGpu()]) ahead.catch(() => undefined);

scope.onmessage = ({ data }: MessageEvent<Command>): void => {
  if (data.type === 'start') {
    starting = starting.then(() => start(data)).catch((error: unknown) => refuse(data, error));
  } else if (sessions.has(data.run)) command(data);
  else {
    if (data.type === 'stop') stopped.add(data.run);
    // A run that waits for the one before it to end hears of it when it has begun.
    void starting.then(() => command(data));
  }
};

scope.onmessageerror = (): void => tell({ type: 'broken', reason: 'a message from the page could not be read' });

// Unlike an error, this does not reach the page by itself.
scope.onunhandledrejection = ({ reason }: PromiseRejectionEvent): void => tell({ type: 'broken', reason: reasonOf(reason) });

function command(data: Exclude<Command, { type: 'start' }>): void {
  stopped.delete(data.run);
  const session = sessions.get(data.run);
  if (!session) return;
  switch (data.type) {
    case 'pause':
      return session.pause();
    case 'resume':
      return session.resume();
    case 'step':
      return session.stepOnce();
    case 'stop':
      return session.stop();
    case 'change':
      return session.changeLive(data.change);
    case 'pace':
      return session.setPace(data.stepsPerSecond);
    case 'inspect':
      return session.inspect(data.run, data.replica, data.item);
  }
}

/** One run trains at a time: tfjs' backend is global. Throws a `StartError` where the message is wrong. */
async function start(message: Start): Promise<void> {
  const declared = await labNamed(message);
  const { arms, config, files, from, goesOn, schedule, paused, stepsPerSecond } = checkStart(message, declared);
  const lab = declared!;
  for (const session of sessions.values()) session.stop();
  await Promise.allSettled([...sessions.values()].map((session) => session.ended));
  if (arms.some(({ run }) => stopped.has(run))) {
    const steps = lab.steps(config);
    return end(runsOf(message), { state: 'stopped', step: from?.step ?? 0, steps, notes: [] });
  }
  const checkpoint = from && (await checkpointOf(from, lab.id));
  if (goesOn && checkpoint?.step !== from?.step) throw new StartError(`from.step: ${from?.step ?? 0} is not kept (expected a step of which a checkpoint is)`);
  const session = new Session({
    arms,
    lab,
    config,
    environment: pageEnvironment(files),
    from: checkpoint,
    ...(goesOn && from && { goesOn: { kept: await storedUpTo(from), ...goesOn } }),
    ...(schedule && { schedule }),
    store: archive,
    notes: from && !checkpoint ? [{ id: 'note.weightsNotKept' }] : [],
    paused: paused ?? false,
    stepsPerSecond: stepsPerSecond ?? 0,
    emit: tell,
  });
  for (const { run } of arms) sessions.set(run, session);
  const ofLab = [...sessions].filter(([, each]) => each.lab === lab);
  const tooMany = ofLab.slice(0, Math.max(0, ofLab.length - mostRunsKept));
  // However many train together, none of them is too many.
  for (const [run, each] of tooMany) if (each !== session) sessions.delete(run);
  const beats = setInterval(() => tell({ type: 'alive' }), beat);
  session.ended.catch((error: unknown) => tell({ type: 'broken', reason: reasonOf(error) })).finally(() => clearInterval(beats));
}

/** The lab that a message names, once its code is here; none where there is no such lab. */
async function labNamed({ lab }: Partial<Start>): Promise<Lab | undefined> {
  return Object.hasOwn(trainedLabs, String(lab)) ? (await trainedLabs[String(lab)]!()).declaration : undefined;
}

/** The checkpoint of a run that this worker holds, or that an earlier one stored; of another lab it would have another form. */
async function checkpointOf({ run, step }: NonNullable<Start['from']>, lab: string): Promise<Checkpoint | undefined> {
  const session = sessions.get(run);
  const held = session?.lab.id === lab ? session.checkpointAt(step) : undefined;
  return held ?? archive.checkpoint(run, step, lab).catch(() => undefined);
}

async function storedUpTo({ run, step }: NonNullable<Start['from']>): Promise<readonly Checkpoint[]> {
  return archive.checkpoints(run, step).catch(() => []);
}

/** What cannot be started does not keep later runs from starting. */
function refuse(message: unknown, error: unknown): void {
  const runs = runsOf(message);
  const reason = reasonOf(error);
  if (runs.length === 0) return tell({ type: 'broken', reason });
  const [failure, id] = error instanceof StartError ? (['refused', 'note.refused'] as const) : (['fault', 'note.failed'] as const);
  end(runs, { state: 'failed', failure, step: 0, steps: 0, notes: [{ id, values: { reason } }] });
}

/** The only word of runs that have not begun. */
function end(runs: readonly string[], status: Omit<Extract<Update, { type: 'status' }>, 'type' | 'run' | 'checkpoints'>): void {
  for (const run of runs) tell({ type: 'status', run, checkpoints: [], ...status });
}
