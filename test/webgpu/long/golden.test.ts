import { beforeAll, describe, expect, it } from 'vitest';
import { functions } from '../../golden/functions.js';
import { checkGolden, type GoldenFile } from '../../golden/harness.js';
import { openWebgpu } from '../device.js';

const files = Object.values(import.meta.glob<GoldenFile>(['../../golden/*.json', '../../golden/libraries/*.json'], { eager: true, import: 'default' }));

beforeAll(openWebgpu);

const known = files.filter((file) => Object.hasOwn(functions, file.function));

describe('golden values on reference-webgpu', () => checkGolden(known));

it('found values for every function', () => expect(new Set(known.map((file) => file.function))).toEqual(new Set(Object.keys(functions))));
