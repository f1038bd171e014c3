import { biencoderConfig } from '../../src/core/labs/biencoder/parameters.js';
import { grpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { pointerConfig } from '../../src/core/labs/pointer/parameters.js';
import { rewardModelConfig } from '../../src/core/labs/reward-model/parameters.js';
import type { Config } from '../../src/core/parameters.js';
import { engineIds, learnerEngines } from '../engines/engine.js';
import { biencoderBytes, prepareBiencoder, rehearseBiencoder } from './biencoder/prepare.js';
import { grpoBytes, grpoFiles, prepareGrpo, rehearseGrpo } from './grpo/prepare.js';
import { pointerBytes, preparePointer, rehearsePointer } from './pointer/prepare.js';
import { baseName } from './reward-model/base.js';
import { prepareRewardModel, rehearseRewardModel, rewardModelBytes } from './reward-model/prepare.js';
import type { LabTraining } from './trainer.js';
import { warmStartPath } from './warmStart.js';

/** The registry: how each lab's runs are prepared. */
export const trainings: Readonly<Record<string, LabTraining>> = {
  grpo: training(grpoConfig, { engines: engineIds, prepare: prepareGrpo, rehearse: rehearseGrpo, files: grpoFiles, bytes: grpoBytes }),
  biencoder: training(biencoderConfig, { engines: learnerEngines, prepare: prepareBiencoder, rehearse: rehearseBiencoder, bytes: biencoderBytes }),
  'reward-model': training(rewardModelConfig, {
    engines: learnerEngines, prepare: prepareRewardModel, rehearse: rehearseRewardModel, files: () => [warmStartPath(baseName)], bytes: rewardModelBytes,
  }),
  pointer: training(pointerConfig, { engines: learnerEngines, prepare: preparePointer, rehearse: rehearsePointer, bytes: pointerBytes }),
};

/** A lab's training for any config; it throws what `read` throws where that is another lab's. */
function training<C extends Config>(read: (config: Config) => C, lab: LabTraining<C>): LabTraining {
  const { engines, files, bytes, prepare, rehearse } = lab;
  return {
    engines,
    ...(files && { files: (config) => files(read(config)) }),
    bytes: (population, engine) => bytes(population.as(read), engine),
    prepare: async ({ population, ...rest }) => prepare({ ...rest, population: population.as(read) }),
    rehearse: (population, engine) => rehearse(population.as(read), engine),
  };
}
