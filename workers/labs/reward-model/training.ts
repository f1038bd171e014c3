import { rewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import { learnerEngines } from '../../engines/engine.js';
import { labTraining } from '../labTraining.js';
import { warmStartPath } from '../warmStart.js';
import { baseName } from './base.js';
import { prepareRewardModel, rehearseRewardModel, rewardModelBytes } from './prepare.js';

export { rewardModel as declaration } from '../../../src/core/labs/reward-model/index.js';
export const training = labTraining(rewardModelConfig, {
  engines: learnerEngines, prepare: prepareRewardModel, rehearse: rehearseRewardModel, files: () => [warmStartPath(baseName)], bytes: rewardModelBytes,
});
