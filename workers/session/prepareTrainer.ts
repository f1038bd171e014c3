import type { Lab } from '../../src/core/labs/lab.js';
import type { Config } from '../../src/core/parameters.js';
import type { Arm } from '../../src/core/protocol.js';
import type { Engine, Environment, Rehearsal } from '../engines/engine.js';
import { trainingOf } from '../labs/index.js';
import { Population } from '../labs/population.js';
import type { Checkpoint, Trainer } from '../labs/trainer.js';
import { guardedTrainer } from './engineFailure.js';
import { nextTask } from './nextTask.js';
import { memoryNotes } from './outOfMemory.js';
import { prefetching } from './prefetching.js';
import type { RunEngine } from './runEngine.js';
import type { SessionReports } from './sessionReports.js';
import type { StopSignal } from './stopSignal.js';

/** What a run is prepared from, each time that it begins or goes on. */
export interface Preparation {
  readonly lab: Lab;
  readonly arms: readonly Arm[];
  readonly config: Config;
  readonly environment: Environment;
  readonly from: Checkpoint | undefined;
  readonly engine: RunEngine;
  readonly reports: SessionReports;
  readonly stop: StopSignal;
}

/**
 * Starts the engine and makes the trainer of a run, from a checkpoint or from its warm start. Throws a `Stopped` as soon
 * as the run is asked to stop.
 */
export async function prepareTrainer(preparation: Preparation): Promise<Trainer> {
  const { config, from, engine: runEngine, reports, stop } = preparation;
  const training = await stop.orStopped(trainingOf(preparation.lab.id));
  const population = new Population(config, preparation.arms.map(({ change }) => change));
  // Files load while the engine starts.
  const environment = prefetching(preparation.environment, from ? [] : (training.files?.(config) ?? []));
  const rehearse = (engine: Engine): Rehearsal => {
    stop.throwIfAsked();
    return training.rehearse(population, engine);
  };
  const goesOn = runEngine.chosen !== undefined;
  const starting = runEngine.start({ able: training.engines, environment, rehearse }, from?.step ?? 0);
  reports.notes.push(...(await stop.orStopped(starting)));
  const { engine } = runEngine.chosen!;
  const { guard } = runEngine;
  const bytes = training.bytes(population, engine.id);
  reports.bytes = bytes;
  if (!goesOn) reports.notes.push(...memoryNotes(bytes, config));
  reports.sendStatus();
  const preparing = training.prepare({
    population,
    engine,
    environment,
    from,
    note: (note) => reports.notes.push(note),
    announce: (step, changes) => reports.isNew(step) && reports.changed(step, changes),
    onWarmStart: async (progress) => {
      stop.throwIfAsked();
      reports.warmStart = progress;
      reports.sendIfDue();
      await nextTask();
      stop.throwIfAsked();
    },
  });
  const trainer = await stop.orStopped(guard(preparing), (late) => late.dispose());
  reports.warmStart = undefined;
  return guardedTrainer(trainer, guard);
}
