import type { Note } from '../../src/core/protocol.js';
import type { EngineId } from '../engines/engine.js';
import { UnsupportedError } from '../engines/failure.js';
import { chooseEngine, type ChosenEngine, type EngineRequest, type Machine } from './chooseEngine.js';
import { EngineFailure, guardOf, reasonOf, type Guard } from './engineFailure.js';
import { EngineWatch } from './engineWatch.js';

/** ms in which a device tells that it is lost after work on it has failed: browsers differ in which they tell first. */
const lostDelay = 100;

/** Makes notes of how a run goes on: on which engine, from which step. */
type Notes = (engine: EngineId, step: number) => Note[];

/**
 * The engine of one run, and what follows where it fails or turns out slow: an engine that is lost is started again,
 * once, also where there is nothing yet to go on from; a GPU that is lost again, or then, gives way to the next engine.
 */
export class RunEngine {
  private current: ChosenEngine | undefined;
  private guarded: Guard | undefined;
  private watch: EngineWatch | undefined;
  private readonly refused = new Set<EngineId>();
  private restarted = false;
  /** Whether its steps cost what they did when the engines were measured, and it has not changed over. */
  private watched = true;
  /** What is said once it is known which engine the run goes on with. */
  private goingOn: Notes = () => [];

  /** @param wanted an engine's id, or `auto` */
  constructor(private wanted: string, private readonly machine?: Machine) {}

  get chosen(): ChosenEngine | undefined {
    return this.current;
  }

  /**
   * Starts the engine with which the run begins or goes on.
   *
   * @param step at which it does
   * @returns what did not go as asked
   */
  async start(request: Omit<EngineRequest, 'wanted' | 'refused'>, step: number): Promise<readonly Note[]> {
    const { wanted, refused, current: before } = this;
    const chosen = await chooseEngine({ ...request, wanted, refused }, this.machine);
    const { engine, description } = chosen;
    const again = before?.engine.id === engine.id;
    // What the engines took is measured once a run.
    this.current = again ? { ...before, engine } : chosen;
    this.guarded = guardOf(engine);
    this.watch = this.watched ? new EngineWatch(again ? before.description : description) : undefined;
    const notes = [...chosen.notes, ...this.goingOn(engine.id, step)];
    this.goingOn = () => [];
    return notes;
  }

  get guard(): Guard['run'] {
    return this.guarded!.run;
  }

  /** Why work failed: the engine's failure where it is told soon after, or the error itself. */
  async causeOf(error: unknown): Promise<unknown> {
    if (error instanceof EngineFailure || this.current?.engine.adapter === undefined) return error;
    return (await this.guarded!.failureWithin(lostDelay)) ?? error;
  }

  /**
   * Decides how the run goes on after a failure.
   *
   * @param hasCheckpoint whether there is a state of this run to go on from; else it begins as it did
   * @returns false where it cannot
   */
  survives(cause: unknown, hasCheckpoint: boolean): boolean {
    const engine = this.current?.engine;
    if (!engine) return false;
    if (cause instanceof UnsupportedError) {
      const reason = reasonOf(cause);
      this.goingOn = (used) => [{ id: 'note.engineUnavailable', values: { engine: engine.id, reason, used } }];
      this.refused.add(engine.id);
      return true;
    }
    if (!(cause instanceof EngineFailure) || cause.kind !== 'lost') return false;
    // Without a checkpoint a GPU is not worth a second start; the workers of the CPU are the last to train.
    const startsAgain = hasCheckpoint || engine.adapter === undefined;
    if (startsAgain && !this.restarted) {
      this.restarted = true;
      this.wanted = engine.id;
      this.goingOn = (used, step) => [
        cause.note,
        used === engine.id ? { id: 'note.recovered', values: { step } } : { id: 'note.nextEngine', values: { engine: used, step } },
      ];
      return true;
    }
    if (engine.adapter === undefined) return false;
    this.refused.add(engine.id);
    this.goingOn = (used, step) => [cause.note, { id: 'note.nextEngine', values: { engine: used, step } }];
    return true;
  }

  /** Takes what a step took, ms; whether the run should go on, from its present state, on an engine that was faster. */
  isTooSlow(milliseconds: number): boolean {
    const verdict = this.watch?.add(milliseconds);
    if (!verdict) return false;
    const { msPerStep, rival, rivalMsPerStep } = verdict;
    const { description, correct } = this.current!;
    correct?.(msPerStep);
    this.stopWatching();
    this.wanted = rival;
    const values = { from: description.id, took: rounded(msPerStep), measured: rounded(rivalMsPerStep) };
    this.goingOn = (engine, step) => [{ id: 'note.changedOver', values: { ...values, engine, step } }];
    return true;
  }

  /** For the rest of the run, also where its engine is started again. */
  stopWatching(): void {
    this.watched = false;
    this.watch = undefined;
  }
}

/** Two significant digits. */
function rounded(milliseconds: number): number {
  return Number(milliseconds.toPrecision(2));
}
