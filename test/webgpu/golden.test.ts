import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../workers/backend/engine.js';
import { functions } from '../golden/functions.js';
import { checkGolden, type GoldenFile } from '../golden/harness.js';

const files = Object.values(import.meta.glob<GoldenFile>('../golden/*.json', { eager: true, import: 'default' }));
const failures: string[] = [];

beforeAll(async () => {
  const engine = await openEngine('reference-webgpu', { cores: 1, wasmFiles: '', readFile: () => Promise.reject(new Error('no files here')) });
  expect(engine.id).toBe('reference-webgpu');
  engine.onFailure((note) => failures.push(`${note.id} ${JSON.stringify(note.values)}`));
});

afterAll(() => expect(failures, 'WebGPU errors').toEqual([]));

describe('golden values on reference-webgpu', () => checkGolden(files.filter((file) => Object.hasOwn(functions, file.function))));

it('found golden values', () => expect(files.length).toBeGreaterThan(8));
