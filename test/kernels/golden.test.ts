import { readdirSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { CpuLearner } from '../../workers/kernels/cpu/cpuLearner.js';
import { loadCpuKernels } from '../../workers/kernels/cpu/load.js';
import { checkGolden, type GoldenFile } from '../golden/harness.js';
import { learnerFunctions } from '../golden/learnerFunctions.js';
import { cpuFunctions } from './cpuFunctions.js';

const module = await loadCpuKernels();
const functions = { ...cpuFunctions, ...learnerFunctions((layout, start) => new CpuLearner(module, layout, start)) };

const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as GoldenFile)
  .filter((file) => Object.hasOwn(functions, file.function));

describe('golden values on the cpu kernels', () => checkGolden(files, functions));
