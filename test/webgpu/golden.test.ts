import { beforeAll, describe, expect, it } from 'vitest';
import { functions } from '../golden/functions.js';
import { checkGolden, type GoldenFile } from '../golden/harness.js';
import { openWebgpu } from './device.js';

const files = Object.values(import.meta.glob<GoldenFile>('../golden/*.json', { eager: true, import: 'default' }));

beforeAll(openWebgpu);

describe('golden values on reference-webgpu', () => checkGolden(files.filter((file) => Object.hasOwn(functions, file.function))));

it('found golden values', () => expect(files.length).toBeGreaterThan(8));
