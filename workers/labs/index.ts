import { prepareGrpo } from './grpo/prepare.js';
import type { PrepareTrainer } from './trainer.js';

/** The registry: how each lab's trainer is prepared. */
export const trainers: Readonly<Record<string, PrepareTrainer>> = { grpo: prepareGrpo };
