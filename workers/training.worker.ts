/// <reference lib="webworker" />
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import type { Command, Update } from '../src/core/protocol.js';
import type { Environment } from './backend/engine.js';
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
    case 'inspect':
      return session.inspectReplica(data.replica);
  }
};

/** One run trains at a time: tfjs' backend is global. */
async function start(command: Extract<Command, { type: 'start' }>): Promise<void> {
  for (const session of sessions.values()) session.stop();
  await Promise.all([...sessions.values()].map((session) => session.ended));
  const from = command.from && sessions.get(command.from.run)?.checkpointAt(command.from.step);
  sessions.set(
    command.run,
    new Session({
      run: command.run,
      lab: command.lab,
      config: command.config,
      environment: environment(command.files),
      from,
      notes: command.from && !from ? [{ id: 'note.weightsNotKept' }] : [],
      paused: command.paused ?? false,
      emit: (update: Update, transfer: Transferable[] = []) => scope.postMessage(update, transfer),
    }),
  );
  while (sessions.size > mostRunsKept) {
    const [oldest, session] = sessions.entries().next().value!;
    if (oldest === command.from?.run && sessions.size > 1) {
      // The run being continued is in use: it moves to the end of the queue.
      sessions.delete(oldest);
      sessions.set(oldest, session);
      continue;
    }
    sessions.delete(oldest);
    session.dispose();
  }
}

function environment(files: string): Environment {
  return {
    wasmFiles: {
      'tfjs-backend-wasm.wasm': wasmPlain,
      'tfjs-backend-wasm-simd.wasm': wasmSimd,
      'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd,
    },
    readFile: async (name) => {
      const response = await fetch(new URL(name, files));
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
      // A single-page server answers a missing file with its index page.
      if (response.headers.get('content-type')?.startsWith('text/html')) throw new Error('not found');
      return response.arrayBuffer();
    },
  };
}
