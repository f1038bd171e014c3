import { biencoderConfig } from '../../src/core/labs/biencoder/parameters.js';
import { grpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { pointerConfig } from '../../src/core/labs/pointer/parameters.js';
import { rewardModelConfig } from '../../src/core/labs/reward-model/parameters.js';
import type { Config } from '../../src/core/parameters.js';
import { engineIds, learnerEngines } from '../engines/engine.js';
import { prepareBiencoder, rehearseBiencoder } from './biencoder/prepare.js';
import { prepareGrpo, rehearseGrpo } from './grpo/prepare.js';
import { preparePointer, rehearsePointer } from './pointer/prepare.js';
import { prepareRewardModel, rehearseRewardModel } from './reward-model/prepare.js';
import type { LabTraining } from './trainer.js';

/** The registry: how each lab's runs are prepared. */
export const trainings: Readonly<Record<string, LabTraining>> = {
  grpo: training(grpoConfig, { engines: engineIds, prepare: prepareGrpo, rehearse: rehearseGrpo }),
  biencoder: training(biencoderConfig, { engines: learnerEngines, prepare: prepareBiencoder, rehearse: rehearseBiencoder }),
  'reward-model': training(rewardModelConfig, { engines: learnerEngines, prepare: prepareRewardModel, rehearse: rehearseRewardModel }),
  pointer: training(pointerConfig, { engines: learnerEngines, prepare: preparePointer, rehearse: rehearsePointer }),
};

/** A lab's training for any config; it throws what `read` throws where that is another lab's. */
function training<C extends Config>(read: (config: Config) => C, { engines, prepare, rehearse }: LabTraining<C>): LabTraining {
  return {
    engines,
    prepare: async ({ population, ...rest }) => prepare({ ...rest, population: population.as(read) }),
    rehearse: (population, engine) => rehearse(population.as(read), engine),
  };
}
