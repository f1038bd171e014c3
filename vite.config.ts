import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { cpuKernels } from './scripts/kernels.mjs';

export default defineConfig({
  base: './',
  plugins: [svelte(), cpuKernels()],
  worker: { format: 'es', plugins: () => [cpuKernels()] },
  // Vite asks only once for the style sheet of a chunk: a view whose first loading failed would come without it.
  build: { target: 'es2022', cssCodeSplit: false },
});
