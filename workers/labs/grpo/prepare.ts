import type * as tf from '@tensorflow/tfjs-core';
import { numberOf, textOf } from '../../../src/core/parameters.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { PrepareOptions, Trainer } from '../trainer.js';
import { findTask } from './tasks/index.js';
import type { Task } from './tasks/task.js';
import { replicaSeeds } from './knobs.js';
import { GrpoTrainer, type GrpoCheckpoint } from './trainer.js';
import { readWarmStart, taskShape, trainWarmStart } from './warmStart.js';

/** The size of the shipped models. */
const shippedSize = { width: 32, layers: 2, heads: 2 };

/** A GRPO run ready for its first step: from a checkpoint, a shipped warm start, or one trained here. */
export async function prepareGrpo(options: PrepareOptions): Promise<Trainer> {
  const { config, engine, note } = options;
  const task = findTask(config);
  const shipped = textOf(config, 'warmStart') !== 'train';
  const size = shipped
    ? shippedSize
    : { width: numberOf(config, 'width'), layers: numberOf(config, 'layers'), heads: numberOf(config, 'heads') };
  const shape = taskShape(task, size);
  if (options.from) {
    const from = options.from as GrpoCheckpoint;
    const [replicas, parameters] = from.state.parameters.shape;
    const sameShape = replicas === numberOf(config, 'replicas') && parameters === transformerLayout(shape).size;
    if (sameShape && from.engine === engine.description.id) {
      return new GrpoTrainer(config, task, shape, engine, from);
    }
    note({ id: 'note.weightsNotKept' });
  }
  const start = (shipped ? await loadWarmStart(options, shape) : undefined) ?? (await train(options, task, shape));
  return new GrpoTrainer(config, task, shape, engine, start);
}

async function loadWarmStart(options: PrepareOptions, shape: TransformerShape): Promise<tf.Tensor2D | undefined> {
  const file = `warm-start/${textOf(options.config, 'warmStart')}.safetensors`;
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  let content: ArrayBuffer;
  try {
    content = await options.environment.readFile(file);
  } catch (error) {
    options.note({ id: 'note.weightsMissing', values: { file, reason: reasonOf(error) } });
    return undefined;
  }
  try {
    return readWarmStart(content, shape, replicaSeeds(options.config));
  } catch (error) {
    options.note({ id: 'note.weightsDamaged', values: { file, reason: reasonOf(error) } });
    return undefined;
  }
}

function train({ config, onWarmStart }: PrepareOptions, task: Task, shape: TransformerShape): Promise<tf.Tensor2D> {
  return trainWarmStart({
    task,
    shape,
    seeds: replicaSeeds(config),
    dropout: numberOf(config, 'warmStartDropout'),
    labelSmoothing: numberOf(config, 'warmStartLabelSmoothing'),
    onProgress: onWarmStart,
  });
}
