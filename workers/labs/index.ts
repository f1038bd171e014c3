import { codeFile } from '../engines/codeFile.js';
import type { Lab } from '../../src/core/labs/lab.js';
import type { LabTraining } from './trainer.js';

/** ms in which a file has to arrive. */
const arrivalDeadline = 10_000;
const what = 'the file of the lab';

/** A lab in this thread: what it declares, and how its runs are prepared. */
export interface TrainedLab {
  readonly declaration: Lab;
  readonly training: LabTraining;
}

/** The registry: the code of each lab, which is fetched once a run asks for it. */
export const trainedLabs: Readonly<Record<string, () => Promise<TrainedLab>>> = {
  'grpo': codeFile(arrivalDeadline, what, () => import('./grpo/training.js')),
  'biencoder': codeFile(arrivalDeadline, what, () => import('./biencoder/training.js')),
  'reward-model': codeFile(arrivalDeadline, what, () => import('./reward-model/training.js')),
  'pointer': codeFile(arrivalDeadline, what, () => import('./pointer/training.js')),
};

/** Rejects where the lab's code does not arrive in time, or there is no such lab. */
export async function trainingOf(lab: string): Promise<LabTraining> {
  if (!Object.hasOwn(trainedLabs, lab)) throw new Error(`no training for lab '${lab}'`);
  return (await trainedLabs[lab]!()).training;
}
