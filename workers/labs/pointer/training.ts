import { pointerConfig } from '../../../src/core/labs/pointer/parameters.js';
import { learnerEngines } from '../../engines/engine.js';
import { labTraining } from '../labTraining.js';
import { pointerBytes, preparePointer, rehearsePointer } from './prepare.js';

export { pointer as declaration } from '../../../src/core/labs/pointer/index.js';
export const training = labTraining(pointerConfig, {
  engines: learnerEngines, prepare: preparePointer, rehearse: rehearsePointer, bytes: pointerBytes,
});
