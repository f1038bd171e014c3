import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../workers/engines/engine.js';

const root = fileURLToPath(new URL('..', import.meta.url));

// tfjs' wasm loader is CommonJS inside and asks for these in Node.
Object.assign(globalThis, { require: createRequire(import.meta.url), __dirname: root, __filename: path.join(root, 'index.js') });

/** What the training code needs of Node, for tests. */
export const testEnvironment: Environment = {
  cores: 1,
  wasmFiles: path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'),
  readFile: async (name) => {
    const content = await readFile(path.join(root, 'public', name));
    return content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) as ArrayBuffer;
  },
};
