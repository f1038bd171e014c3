import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../workers/engines/openEngine.js';
import { testEnvironment } from '../environment.js';
import { goldenFolders, readGolden } from './files.js';
import { functions } from './functions.js';
import { checkGolden } from './harness.js';

const other = process.env['GOLDEN_DIR'];
const files = (other ? [path.resolve(other)] : goldenFolders).flatMap(readGolden);
const known = files.filter((file) => Object.hasOwn(functions, file.function));
const unknown = files.filter((file) => !known.includes(file)).map((file) => file.function);

beforeAll(async () => {
  const engine = await openEngine('reference-wasm', testEnvironment);
  expect(engine.id).toBe('reference-wasm');
});

describe('golden values on reference-wasm', () => checkGolden(known));

// Another folder may hold functions of other versions of this project; its own may not.
if (!other) it('has a function for every file', () => expect(unknown).toEqual([]));
else if (unknown.length > 0) console.warn(`no such function here: ${unknown.join(', ')}`);
it('found golden values', () => expect(known.length).toBeGreaterThan(0));
