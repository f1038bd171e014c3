import type { Note } from '../src/core/protocol.js';
import type { Engine } from './backend/engine.js';
import type { Trainer } from './labs/trainer.js';

/** The engine is gone: a lost device, a crashed worker, a shader that does not compile. */
export class EngineFailure extends Error {
  constructor(readonly note: Note) {
    super(note.id);
  }
}

/** The result of work on an engine, or the engine's failure if that comes first. */
export type Guard = <T>(work: Promise<T>) => Promise<T>;

/** Sees to it that nothing waits for an answer of this engine that will not come. */
export function guardOf(engine: Engine): Guard {
  const failure = new Promise<never>((_, reject) => engine.onFailure((note) => reject(new EngineFailure(note))));
  // Nobody may be waiting for the engine when it fails; the next one who does is told.
  failure.catch(() => undefined);
  return (work) => Promise.race([work, failure]);
}

/** The trainer, with a guard around all that is waited for. */
export function guardedTrainer(trainer: Trainer, guard: Guard): Trainer {
  return {
    get step() {
      return trainer.step;
    },
    get endsEarly() {
      return trainer.endsEarly ?? false;
    },
    train: () => guard(trainer.train()),
    flush: () => guard(trainer.flush()),
    validate: () => guard(trainer.validate()),
    checkpoint: () => guard(trainer.checkpoint()),
    change: (config) => trainer.change(config),
    inspect: (replica, item) => trainer.inspect(replica, item),
    dispose: () => trainer.dispose(),
  };
}
