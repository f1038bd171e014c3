/// <reference lib="webworker" />
import type { Command, Update } from '../../src/core/protocol.js';
import { pageEnvironment } from './pageEnvironment.js';
import { Session } from '../session/session.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Runs of a lab whose checkpoints later runs may start from: as many as the page shows. */
const mostRunsKept = 6;
const sessions = new Map<string, Session>();
let starting: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<Command>): void => {
  if (data.type === 'start') {
    starting = starting.then(() => start(data));
  } else if (sessions.has(data.run)) command(data);
  // A run that waits for the one before it to end hears of it when it has begun.
  else void starting.then(() => command(data));
};

function command(data: Exclude<Command, { type: 'start' }>): void {
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

/** One run trains at a time: tfjs' backend is global. */
async function start({ arms, lab, config, files, from, paused, stepsPerSecond }: Extract<Command, { type: 'start' }>): Promise<void> {
  for (const session of sessions.values()) session.stop();
  await Promise.all([...sessions.values()].map((session) => session.ended));
  const checkpoint = from && sessions.get(from.run)?.checkpointAt(from.step);
  const session = new Session({
    arms,
    lab,
    config,
    environment: pageEnvironment(files),
    from: checkpoint,
    notes: from && !checkpoint ? [{ id: 'note.weightsNotKept' }] : [],
    paused: paused ?? false,
    stepsPerSecond: stepsPerSecond ?? 0,
    emit: (update: Update, transfer: Transferable[] = []) => scope.postMessage(update, transfer),
  });
  for (const { run } of arms) sessions.set(run, session);
  const ofLab = [...sessions].filter(([, session]) => session.lab.id === lab);
  for (const [run] of ofLab.slice(0, -mostRunsKept)) sessions.delete(run);
}
