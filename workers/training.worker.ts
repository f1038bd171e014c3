/// <reference lib="webworker" />
import type { Command, Update } from '../src/core/protocol.js';
import { pageEnvironment } from './pageEnvironment.js';
import { Session } from './session.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Runs whose checkpoints later runs may start from: as many as the page shows. */
const mostRunsKept = 6;
const sessions = new Map<string, Session>();
let starting: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<Command>): void => {
  if (data.type === 'start') {
    starting = starting.then(() => start(data));
    return;
  }
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
};

/** One run trains at a time: tfjs' backend is global. */
async function start(command: Extract<Command, { type: 'start' }>): Promise<void> {
  for (const session of sessions.values()) session.stop();
  await Promise.all([...sessions.values()].map((session) => session.ended));
  const from = command.from && sessions.get(command.from.run)?.checkpointAt(command.from.step);
  const session = new Session({
    arms: command.arms,
    lab: command.lab,
    config: command.config,
    environment: pageEnvironment(command.files),
    from,
    notes: command.from && !from ? [{ id: 'note.weightsNotKept' }] : [],
    paused: command.paused ?? false,
    stepsPerSecond: command.stepsPerSecond ?? 0,
    emit: (update: Update, transfer: Transferable[] = []) => scope.postMessage(update, transfer),
  });
  for (const { run } of command.arms) sessions.set(run, session);
  while (sessions.size > mostRunsKept) sessions.delete(sessions.keys().next().value!);
}
