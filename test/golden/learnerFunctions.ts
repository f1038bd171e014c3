import { biencoderFunctionsOn } from './biencoderFunctions.js';
import type { CreateLearner } from './differentiate.js';
import type { Compute } from './compute.js';
import { pointerFunctionsOn } from './pointerFunctions.js';
import { rewardModelFunctionsOn } from './rewardModelFunctions.js';

/** The functions that are written in differentiable operations, on one implementation of them. */
export const learnerFunctions = (createLearner: CreateLearner): Readonly<Record<string, Compute>> => ({
  ...biencoderFunctionsOn(createLearner),
  ...rewardModelFunctionsOn(createLearner),
  ...pointerFunctionsOn(createLearner),
});
