import { engineIds, learnerEngines } from '../backend/engine.js';
import { prepareGrpo, rehearseGrpo } from './grpo/prepare.js';
import { prepareRewardModel, rehearseRewardModel } from './reward-model/prepare.js';
import type { LabTraining } from './trainer.js';

/** The registry: how each lab's runs are prepared. */
export const trainings: Readonly<Record<string, LabTraining>> = {
  grpo: { engines: engineIds, prepare: prepareGrpo, rehearse: rehearseGrpo },
  'reward-model': { engines: learnerEngines, prepare: prepareRewardModel, rehearse: rehearseRewardModel },
};
