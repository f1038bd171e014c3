import { readdirSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { checkGolden, type GoldenFile } from '../golden/harness.js';
import { cpuFunctions } from './cpuFunctions.js';

const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as GoldenFile)
  .filter((file) => Object.hasOwn(cpuFunctions, file.function));

describe('golden values on the cpu kernels', () => checkGolden(files, cpuFunctions));
