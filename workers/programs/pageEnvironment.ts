import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { within } from '../../src/core/within.js';
import type { Environment } from '../engines/engine.js';

/** ms in which the next part of a file has to arrive. */
const stalledAfter = 8000;

/** What the training code needs of a page, for its workers. `files`: the folder of the page's files, ending in '/'. */
export function pageEnvironment(files: string): Environment {
  return {
    // Not every browser tells.
    cores: navigator.hardwareConcurrency || 1,
    spawnPolicyWorker: () => new Worker(new URL('./policy.worker.ts', import.meta.url), { type: 'module' }),
    wasmFiles: {
      'tfjs-backend-wasm.wasm': wasmPlain,
      'tfjs-backend-wasm-simd.wasm': wasmSimd,
      'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd,
    },
    readFile: (name) => readFile(new URL(name, files)),
  };
}

async function readFile(address: URL): Promise<ArrayBuffer> {
  const request = new AbortController();
  try {
    const response = await within(stalledAfter, 'the server', fetch(address, { signal: request.signal }));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    // A single-page server answers a missing file with its index page.
    if (response.headers.get('content-type')?.startsWith('text/html')) throw new Error('not found');
    return await readBody(response);
  } catch (error) {
    request.abort();
    throw error;
  }
}

/** However slowly it comes, as long as it comes. */
async function readBody(response: Response): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await within(stalledAfter, 'the server', reader.read());
    if (done) return new Blob(parts).arrayBuffer();
    parts.push(value);
  }
}
