import { Patience } from '../../src/core/patience.js';
import type { Failure, FailureKind, Note } from '../../src/core/protocol.js';
import type { Engine } from '../engines/engine.js';
import type { Trainer } from '../labs/trainer.js';

/** The engine is gone: a lost device, a crashed worker, a shader that does not compile. */
export class EngineFailure extends Error {
  readonly kind: FailureKind;
  readonly note: Note;

  constructor({ kind, note }: Failure) {
    super(note.id);
    this.kind = kind;
    this.note = note;
  }
}

/** An error in words. */
export function reasonOf(error: unknown): string {
  if (error instanceof EngineFailure) return String(error.note.values?.['reason'] ?? error.note.id);
  return error instanceof Error ? error.message : String(error);
}

export interface Guard {
  /** The result of work on an engine, or the engine's failure if that comes first. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
  /** The engine's failure, if it is told within so many ms. */
  readonly failureWithin: (milliseconds: number) => Promise<EngineFailure | undefined>;
}

/**
 * Sees to it that nothing waits for an answer of this engine that will not come. Keeps nothing of work that is done: a
 * race against one promise that lasts as long as the run would grow with every step.
 */
export function guardOf(engine: Engine): Guard {
  let failure: EngineFailure | undefined;
  const waiting = new Set<(failure: EngineFailure) => void>();
  engine.onFailure((failed) => {
    failure ??= new EngineFailure(failed);
    for (const reject of waiting) reject(failure);
  });
  const run: Guard['run'] = (work) =>
    new Promise((resolve, reject) => {
      waiting.add(reject);
      void work.then(resolve, reject).finally(() => waiting.delete(reject));
      if (failure) reject(failure);
    });
  const failureWithin: Guard['failureWithin'] = async (milliseconds) => {
    const over = new Promise<void>((resolve) => new Patience(milliseconds, resolve).begin());
    await run(over).catch(() => undefined);
    return failure;
  };
  return { run, failureWithin };
}

/** The trainer, with a guard around all that is waited for. */
export function guardedTrainer(trainer: Trainer, guard: Guard['run']): Trainer {
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
