import type { Environment } from '../engines/engine.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { problemLine } from '../../src/core/problem.js';
import { checkValue } from '../../src/core/readValues.js';
import { openEngine } from '../engines/openEngine.js';
import { recipes as grpoRecipes } from '../labs/grpo/recipes.js';
import { recipes as rewardModelRecipes } from '../labs/reward-model/base.js';
import { warmStartTensor, type WarmStartRecipe } from '../labs/warmStart.js';
import { writeSafetensors } from '../model/safetensors.js';

/** The registry: every shipped file with how it is made. */
export const recipes: readonly WarmStartRecipe[] = [...grpoRecipes, ...rewardModelRecipes];

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
  const { name, bases, dropout, labelSmoothing } = options;
  const engine = await openEngine('cpu', options.environment);
  const recipe = recipes.find((candidate) => candidate.name === name)!;
  const rows: Float32Array[] = [];
  for (let seed = 0; seed < bases; seed++) {
    const row = await recipe.train(engine, seed, {
      dropout,
      labelSmoothing,
      onProgress: ({ step, steps, loss }) => {
        if (step % 100 === 0) options.onProgress(`${name}, base ${seed + 1} of ${bases}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`);
        return Promise.resolve();
      },
    });
    rows.push(row);
  }
  const size = rows[0]!.length;
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) => values.set(row, i * size));
  return writeSafetensors(warmStartTensor, { shape: [rows.length, size], values, metadata: recipe.metadata });
}
