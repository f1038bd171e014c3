import type { PointerConfig } from '../../../src/core/labs/pointer/parameters.js';
import type { Rehearsal, Engine, EngineId } from '../../engines/engine.js';
import { startSnapshot } from '../../engines/learner.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { learnerBytes } from '../learnerBytes.js';
import type { Population } from '../population.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import { drawExamples, offersEach, type Examples } from './examples.js';
import { initialisePointer, pointerLayout, shapeOf, type PointerShape } from './model.js';
import { PointerTrainer, type PointerCheckpoint } from './trainer.js';
import { trainCheckpoint } from './warmStart.js';

/** A pointer run ready for its first step: from a checkpoint, from scratch, or from a selector trained by the V2 recipe. */
export async function preparePointer(options: PrepareOptions<PointerConfig>): Promise<Trainer> {
  const { population, engine, announce, note } = options;
  const { config, seeds } = population;
  const shape = shapeOf(config);
  const layout = pointerLayout(shape);
  const examples = examplesOf(population);
  const from = options.from as PointerCheckpoint | undefined;
  if (from) {
    if (continues(from, shape, seeds.length)) {
      return new PointerTrainer(population, shape, engine, examples, engine.createLearner(layout, from.learner), announce, from);
    }
    note({ id: 'note.weightsNotKept' });
  }
  let learner = engine.createLearner(layout, startSnapshot(layout, initialisePointer(layout, seeds)));
  if (config.warmStart === 'v2') {
    try {
      await trainCheckpoint(learner, shape, examples, seeds, options.onWarmStart);
      const { parameters } = await learner.snapshot();
      learner.dispose();
      learner = engine.createLearner(layout, startSnapshot(layout, parameters));
    } catch (error) {
      learner.dispose();
      throw error;
    }
  }
  return new PointerTrainer(population, shape, engine, examples, learner, announce);
}

/** The run's own first steps, without a warm start; one seed's examples do for all replicas. */
export function rehearsePointer(population: Population<PointerConfig>, engine: Engine): Rehearsal {
  const { config, seeds } = population;
  const shape = shapeOf(config);
  const layout = pointerLayout(shape);
  const learner = engine.createLearner(layout, startSnapshot(layout, initialisePointer(layout, seeds)));
  const examples = examplesOf(population, seeds.map(() => seeds[0]!));
  const trainer = new PointerTrainer(population, shape, engine, examples, learner, () => undefined);
  const shaping = ['stage', 'batchSize', 'poolSize', 'shotNum'] as const;
  return {
    key: JSON.stringify(['pointer', shape, population.size, ...shaping.map((key) => config[key])]),
    train: async () => {
      await trainer.train();
    },
    dispose: () => trainer.dispose(),
  };
}

/**
 * What the largest step needs: about 17 numbers a candidate, unit of width and layer, the pointer counted as one, and 20 a
 * pick and unit of width, measured at width 64 with 1 and 4 layers.
 */
export function pointerBytes({ config, size }: Population<PointerConfig>, engine: EngineId): number {
  const { stage, batchSize, poolSize, shotNum, queriesPerStep, rolloutN, layers, width } = config;
  const needed = (queries: number, sequences: number): number =>
    queries * (17 * (layers + 1) * poolSize + 20 * sequences * shotNum);
  const taught = needed(batchSize, stage === 'supervised' ? 1 : offersEach);
  const reinforced = stage === 'grpo' ? needed(queriesPerStep, rolloutN) : 0;
  return learnerBytes(size * width * Math.max(taught, reinforced), engine);
}

function examplesOf({ config, seeds: own }: Population<PointerConfig>, seeds: PerReplica = own): Examples[] {
  return drawExamples(seeds, config.poolSize, config.shotNum, config.stage !== 'supervised');
}

/** Whether a run of this shape can go on from a checkpoint. */
function continues({ shape, learner }: PointerCheckpoint, wanted: PointerShape, replicas: number): boolean {
  const keys = Object.keys(wanted) as (keyof PointerShape)[];
  return learner.replicas === replicas && keys.every((key) => shape[key] === wanted[key]);
}
