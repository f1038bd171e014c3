import { biencoder } from './biencoder/index.js';
import { grpo } from './grpo/index.js';
import type { Lab } from './lab.js';
import { pointer } from './pointer/index.js';
import { rewardModel } from './reward-model/index.js';

/** The registry: every lab that the page, links and the command line know. */
export const labs: readonly Lab[] = [grpo, biencoder, rewardModel, pointer];

export function findLab(id: string): Lab | undefined {
  return labs.find((lab) => lab.id === id);
}
