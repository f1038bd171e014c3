import { taskOf } from '../../../../src/core/labs/grpo/parameters.js';
import { textOf, type Config } from '../../../../src/core/parameters.js';
import { miniVqa } from './miniVqa.js';
import { longThinker, runningSum, shortAnswerer } from './runningSum.js';
import type { Task } from './task.js';
import { toolChoice } from './toolChoice.js';

/** The task that a valid config of the GRPO lab names, with the demonstrations that its warm start learns from. */
export function findTask(config: Config): Task {
  switch (taskOf(config)) {
    case 'tool-choice':
      return toolChoice;
    case 'running-sum':
      return runningSum(textOf(config, 'warmStart') === 'running-sum-short' ? shortAnswerer : longThinker);
    case 'mini-vqa':
      return miniVqa;
  }
}
