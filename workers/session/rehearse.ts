import type { Engine, Rehearsal } from '../engines/engine.js';
import { NotFiniteError } from '../labs/trainer.js';
import { guardOf } from './engineFailure.js';

/** ms of training from which an engine's speed is taken. */
const span = 50;
/** Firefox and WebKit tell the time in steps of 1 ms. */
const clockStep = 1;

/**
 * The mean of as many steps as take some 50 ms, in ms, after one that compiles and does not count. Rejects with what
 * fails on the engine. Training that diverges says nothing against it, and ends the rehearsal.
 */
export async function measureSteps(engine: Engine, rehearsal: Rehearsal): Promise<number> {
  const guard = guardOf(engine).run;
  /** Whether it can be followed by another. */
  const step = (): Promise<boolean> =>
    guard(rehearsal.train()).then(
      () => true,
      (error: unknown) => {
        if (error instanceof NotFiniteError) return false;
        throw error;
      },
    );
  await step();
  const started = performance.now();
  let steps = 0;
  let elapsed: number;
  let goesOn: boolean;
  do {
    goesOn = await step();
    steps++;
    elapsed = performance.now() - started;
  } while (goesOn && elapsed < span);
  return Math.max(elapsed, clockStep) / steps;
}
