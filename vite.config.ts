import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { cpuKernels } from './scripts/kernels.mjs';

export default defineConfig({
  base: './',
  plugins: [svelte(), cpuKernels()],
  worker: { format: 'es', plugins: () => [cpuKernels()] },
  build: { target: 'es2022' },
});
