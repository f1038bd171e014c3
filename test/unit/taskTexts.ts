import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import type { Task } from '../../workers/labs/grpo/tasks/task.js';

export const toolChoice = findTask({ task: 'tool-choice', warmStart: 'tool-choice' });
export const runningSum = findTask({ task: 'running-sum', warmStart: 'running-sum-long' });
export const miniVqa = findTask({ task: 'mini-vqa', warmStart: 'mini-vqa' });

export const textOf = (task: Task, tokens: readonly number[]): string =>
  tokens.map((token) => task.vocabulary[token]).join(' ');
export const tokensOf = (task: Task, text: string): number[] =>
  text.split(' ').map((word) => task.vocabulary.indexOf(word));

export const toolNames = ['ADD', 'SUB', 'MAX', 'MIN', 'MUL'];
/** The tool that each question word asks for. */
export const toolOf: Readonly<Record<string, string>> = {
  plus: 'ADD', add: 'ADD', sum: 'ADD',
  minus: 'SUB', difference: 'SUB', gap: 'SUB',
  larger: 'MAX', higher: 'MAX', maximum: 'MAX',
  smaller: 'MIN', lower: 'MIN', minimum: 'MIN',
  times: 'MUL', multiply: 'MUL', product: 'MUL',
};
