import { grpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import { engineIds } from '../../engines/engine.js';
import { labTraining } from '../labTraining.js';
import { grpoBytes, grpoFiles, prepareGrpo, rehearseGrpo } from './prepare.js';

export { grpo as declaration } from '../../../src/core/labs/grpo/index.js';
export const training = labTraining(grpoConfig, {
  engines: engineIds, prepare: prepareGrpo, rehearse: rehearseGrpo, files: grpoFiles, bytes: grpoBytes,
});
