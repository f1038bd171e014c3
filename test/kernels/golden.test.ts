import { describe, expect, it } from 'vitest';
import { CpuLearner } from '../../workers/engines/cpu/cpuLearner.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { cpuEngines } from '../cpuEngines.js';
import { goldenFolders, readGolden } from '../golden/files.js';
import { checkGolden } from '../golden/harness.js';
import { learnerFunctions } from '../golden/learnerFunctions.js';
import { cpuFunctionsOf } from './cpuFunctions.js';

const files = goldenFolders.flatMap(readGolden);

describe.each(cpuEngines)('golden values on %s', async (engine) => {
  const module = await loadCpuKernels(engine);
  const functions = {
    ...cpuFunctionsOf(module),
    ...learnerFunctions((layout, start) => new CpuLearner(module, layout, start)),
  };
  const known = files.filter((file) => Object.hasOwn(functions, file.function));
  it('found values for every function', () => expect(new Set(known.map((file) => file.function))).toEqual(new Set(Object.keys(functions))));
  checkGolden(known, functions);
});
