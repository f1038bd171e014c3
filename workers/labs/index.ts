import { engineIds, learnerEngines } from '../engines/engine.js';
import { prepareBiencoder, rehearseBiencoder } from './biencoder/prepare.js';
import { grpoBytes, grpoFiles, prepareGrpo, rehearseGrpo } from './grpo/prepare.js';
import { preparePointer, rehearsePointer } from './pointer/prepare.js';
import { baseName } from './reward-model/base.js';
import { prepareRewardModel, rehearseRewardModel } from './reward-model/prepare.js';
import type { LabTraining } from './trainer.js';
import { warmStartPath } from './warmStart.js';

/** The registry: how each lab's runs are prepared. */
export const trainings: Readonly<Record<string, LabTraining>> = {
  grpo: { engines: engineIds, prepare: prepareGrpo, rehearse: rehearseGrpo, files: grpoFiles, bytes: grpoBytes },
  biencoder: { engines: learnerEngines, prepare: prepareBiencoder, rehearse: rehearseBiencoder },
  'reward-model': { engines: learnerEngines, prepare: prepareRewardModel, rehearse: rehearseRewardModel, files: () => [warmStartPath(baseName)] },
  pointer: { engines: learnerEngines, prepare: preparePointer, rehearse: rehearsePointer },
};
