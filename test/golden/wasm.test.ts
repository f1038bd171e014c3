import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../workers/engines/openEngine.js';
import { testEnvironment } from '../environment.js';
import { functions } from './functions.js';
import { checkGolden, type GoldenFile } from './harness.js';

const own = fileURLToPath(new URL('.', import.meta.url));
const folder = process.env['GOLDEN_DIR'] ? path.resolve(process.env['GOLDEN_DIR']) : own;
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as GoldenFile);
const known = files.filter((file) => Object.hasOwn(functions, file.function));
const unknown = files.filter((file) => !known.includes(file)).map((file) => file.function);

beforeAll(async () => {
  const engine = await openEngine('reference-wasm', testEnvironment);
  expect(engine.id).toBe('reference-wasm');
});

describe('golden values on reference-wasm', () => checkGolden(known));

// Another folder may hold functions of other versions of this project; its own may not.
if (folder === own) it('has a function for every file', () => expect(unknown).toEqual([]));
else if (unknown.length > 0) console.warn(`no such function here: ${unknown.join(', ')}`);
it('found golden values', () => expect(known.length).toBeGreaterThan(0));
