/** What the training code needs of Node: tfjs' wasm files, the shipped weights, and WebGPU where it can be had. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { root } from './bundle.mjs';
import './relaxedSimd.mjs';

export const environment = {
  cores: availableParallelism(),
  wasmFiles: path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'),
  readFile: async (name) => {
    const content = await readFile(path.join(root, 'public', name)).catch((error) => {
      throw new Error(error.code === 'ENOENT' ? 'not found' : error.message);
    });
    return content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
  },
};

/** Makes `navigator.gpu` (Dawn, the npm package webgpu). Without a Vulkan driver it offers no adapter. */
export async function installWebgpu() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'node' }, configurable: true });
}

/** The same where an engine may want it. */
export async function installWebgpuFor(engine) {
  if (['auto', 'webgpu', 'reference-webgpu'].includes(engine)) await installWebgpu();
}
