import type { GrpoConfig } from '../../../../src/core/labs/grpo/parameters.js';
import { miniVqa } from './miniVqa.js';
import { longThinker, runningSum, shortAnswerer } from './runningSum.js';
import type { Task } from './task.js';
import { toolChoice } from './toolChoice.js';

/** The task that a config names, with the demonstrations that its warm start learns from. */
export function findTask({ task, warmStart }: Pick<GrpoConfig, 'task' | 'warmStart'>): Task {
  switch (task) {
    case 'tool-choice':
      return toolChoice;
    case 'running-sum':
      return runningSum(warmStart === 'running-sum-short' ? shortAnswerer : longThinker);
    case 'mini-vqa':
      return miniVqa;
  }
}
