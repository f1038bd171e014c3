import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import { initialiseTransformer } from '../../model/initialise.js';
import type { WarmStartRecipe } from '../warmStart.js';
import { shippedSize } from './prepare.js';
import { findTask } from './tasks/index.js';
import { taskShape, trainWarmStart } from './warmStart.js';

/** A policy that learned a task from noisy demonstrations. */
function recipe(name: GrpoConfig['warmStart'], taskId: GrpoConfig['task'], bases: number): WarmStartRecipe {
  const task = findTask({ task: taskId, warmStart: name });
  const shape = taskShape(task, shippedSize);
  return {
    name,
    bases,
    metadata: { task: taskId, shape: JSON.stringify(shape) },
    regularised: true,
    train: async (engine, seed, options) => {
      const policy = engine.createPolicy(shape, initialiseTransformer(shape, [seed]));
      await trainWarmStart(policy, { task, seeds: [seed], ...options });
      const parameters = await policy.parameters();
      policy.dispose();
      return parameters;
    },
  };
}

export const recipes: readonly WarmStartRecipe[] = [
  recipe('tool-choice', 'tool-choice', 10),
  recipe('running-sum-long', 'running-sum', 5),
  recipe('running-sum-short', 'running-sum', 6),
  recipe('mini-vqa', 'mini-vqa', 6),
];
