import { configure } from '../src/core/labs/configure.js';
import { grpo } from '../src/core/labs/grpo/index.js';
import { checkValue, problemLine } from '../src/core/parameters.js';
import { openEngine, type Environment } from './backend/engine.js';
import { findTask } from './labs/grpo/tasks/index.js';
import { shippedSize } from './labs/grpo/prepare.js';
import { taskShape, trainWarmStart, warmStartTensor } from './labs/grpo/warmStart.js';
import { initialiseTransformer } from './model/initialise.js';
import { writeSafetensors } from './model/safetensors.js';

/** The shipped files with their tasks and the number of bases in each. */
export const warmStartFiles = [
  { name: 'tool-choice', task: 'tool-choice', bases: 10 },
  { name: 'running-sum-long', task: 'running-sum', bases: 5 },
  { name: 'running-sum-short', task: 'running-sum', bases: 6 },
  { name: 'mini-vqa', task: 'mini-vqa', bases: 6 },
] as const;

export interface RemakeOptions {
  readonly name: string;
  readonly bases: number;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly environment: Environment;
  readonly onProgress: (line: string) => void;
}

/** Throws with a line that names the field if a probability is not one that the page allows. */
export function checkProbability(key: 'warmStartDropout' | 'warmStartLabelSmoothing', value: number): void {
  const { problem } = checkValue(grpo.parameters.find((parameter) => parameter.key === key)!, value);
  if (problem) throw new Error(problemLine(problem));
}

/** Trains a warm start for seeds 0, 1, … and returns its file. */
export async function remakeWarmStart(options: RemakeOptions): Promise<ArrayBuffer> {
  const engine = await openEngine('cpu', options.environment);
  const file = warmStartFiles.find(({ name }) => name === options.name)!;
  const { config } = configure(grpo, { values: { task: file.task, warmStart: file.name } });
  const task = findTask(config);
  const shape = taskShape(task, shippedSize);
  const rows: Float32Array[] = [];
  for (let seed = 0; seed < options.bases; seed++) {
    const policy = engine.createPolicy(shape, initialiseTransformer(shape, [seed]));
    await trainWarmStart(policy, {
      task,
      seeds: [seed],
      dropout: options.dropout,
      labelSmoothing: options.labelSmoothing,
      onProgress: ({ step, steps, loss }) => {
        if (step % 100 === 0) options.onProgress(`${file.name}, base ${seed + 1} of ${options.bases}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`);
        return Promise.resolve();
      },
    });
    rows.push(await policy.parameters());
    policy.dispose();
  }
  const size = rows[0]!.length;
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) => values.set(row, i * size));
  return writeSafetensors(warmStartTensor, {
    shape: [rows.length, size],
    values,
    metadata: { task: file.task, shape: JSON.stringify(shape) },
  });
}
