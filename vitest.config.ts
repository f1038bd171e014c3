import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium } from './scripts/chromium.mjs';
import { cpuKernels } from './scripts/kernels.mjs';

const minute = 60_000;

/** A test whose assertions never ran, in a loop over nothing or a callback that never came, fails. */
const asserting = { expect: { requireAssertions: true } };

/** tfjs ships ES modules with extensionless imports, which Node alone cannot load: Vite resolves them. */
const tfjsInNode = { pool: 'threads' as const, server: { deps: { inline: [/@tensorflow\//] } } };

/** The tfjs modules that tests import, bundled before a browser asks: a late find would reload the page under test. */
const tfjsInBrowser = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
];

const executablePath = await findChromium();

/** Tests that a Chromium with WebGPU runs itself. */
const inChromium = (name: string, include: string[]) => ({
  extends: true as const,
  optimizeDeps: { include: tfjsInBrowser },
  test: {
    name,
    ...asserting,
    include,
    testTimeout: 2 * minute,
    hookTimeout: minute,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { args: chromiumArguments, ...(executablePath && { executablePath }) } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

export default defineConfig({
  plugins: [cpuKernels()],
  test: {
    projects: [
      { extends: true, plugins: [svelte()], test: { name: 'unit', ...asserting, pool: 'threads', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'golden', ...asserting, include: ['test/golden/**/*.test.ts'], testTimeout: minute, hookTimeout: minute, ...tfjsInNode } },
      { extends: true, test: { name: 'workers', ...asserting, setupFiles: 'scripts/relaxedSimd.mjs', include: ['test/{workers,kernels,presets}/**/*.test.ts'], testTimeout: 2 * minute, hookTimeout: minute, ...tfjsInNode } },
      inChromium('webgpu', ['test/webgpu/*.test.ts']),
      inChromium('webgpu-long', ['test/webgpu/long/*.test.ts']),
      {
        extends: true,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], globalSetup: 'test/browser/serve.ts', testTimeout: 3 * minute, hookTimeout: minute, fileParallelism: false },
      },
      {
        extends: true,
        test: { name: 'visits', include: ['test/visits/**/*.test.ts'], globalSetup: 'test/browser/serve.ts', testTimeout: 3 * minute, hookTimeout: minute, provide: { withoutGpu: true } },
      },
      {
        extends: true,
        test: { name: 'long', include: ['test/long/**/*.test.ts'], globalSetup: 'test/browser/serve.ts', testTimeout: 3 * minute, hookTimeout: minute },
      },
      {
        extends: true,
        test: { name: 'browsers', include: ['test/browsers/**/*.test.ts'], globalSetup: 'test/browser/serve.ts', testTimeout: 2 * minute, hookTimeout: minute, fileParallelism: false },
      },
    ],
  },
});
