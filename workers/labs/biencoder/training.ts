import { biencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import { learnerEngines } from '../../engines/engine.js';
import { labTraining } from '../labTraining.js';
import { biencoderBytes, prepareBiencoder, rehearseBiencoder } from './prepare.js';

export { biencoder as declaration } from '../../../src/core/labs/biencoder/index.js';
export const training = labTraining(biencoderConfig, {
  engines: learnerEngines, prepare: prepareBiencoder, rehearse: rehearseBiencoder, bytes: biencoderBytes,
});
