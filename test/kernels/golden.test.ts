import { readdirSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { CpuLearner } from '../../workers/engines/cpu/cpuLearner.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { cpuEngines } from '../cpuEngines.js';
import { checkGolden, type GoldenFile } from '../golden/harness.js';
import { learnerFunctions } from '../golden/learnerFunctions.js';
import { cpuFunctionsOf } from './cpuFunctions.js';

const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as GoldenFile);

describe.each(cpuEngines)('golden values on %s', async (engine) => {
  const module = await loadCpuKernels(engine);
  const functions = {
    ...cpuFunctionsOf(module),
    ...learnerFunctions((layout, start) => new CpuLearner(module, layout, start)),
  };
  checkGolden(files.filter((file) => Object.hasOwn(functions, file.function)), functions);
});
