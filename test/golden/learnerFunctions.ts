import { biencoderFunctionsOn } from './biencoderFunctions.js';
import type { CreateLearner } from './differentiate.js';
import type { Compute } from './functions.js';
import { pointerFunctionsOn } from './pointerFunctions.js';

/** The functions that are written in differentiable operations, on one implementation of them. */
export const learnerFunctions = (createLearner: CreateLearner): Readonly<Record<string, Compute>> => ({
  ...biencoderFunctionsOn(createLearner),
  ...pointerFunctionsOn(createLearner),
});
