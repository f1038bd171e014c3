import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import type { Environment } from '../engines/engine.js';

/** What the training code needs of a page, for its workers. `files`: the folder of the page's files, ending in '/'. */
export function pageEnvironment(files: string): Environment {
  return {
    cores: navigator.hardwareConcurrency,
    spawnPolicyWorker: () => new Worker(new URL('./policy.worker.ts', import.meta.url), { type: 'module' }),
    wasmFiles: {
      'tfjs-backend-wasm.wasm': wasmPlain,
      'tfjs-backend-wasm-simd.wasm': wasmSimd,
      'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd,
    },
    readFile: async (name) => {
      const response = await fetch(new URL(name, files));
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
      // A single-page server answers a missing file with its index page.
      if (response.headers.get('content-type')?.startsWith('text/html')) throw new Error('not found');
      return response.arrayBuffer();
    },
  };
}
