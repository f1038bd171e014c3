import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * Forbids imports that would point an arrow of the layout backwards: src/ui → src/core ← workers.
 * @param {string} folders alternatives of a regular expression
 * @param {string} message
 * @returns {import('eslint').Linter.RulesRecord}
 */
const forbid = (folders, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex: `^(\\.{1,2}/)+(.*/)?(?:${folders})/`, message }] }],
});

export default defineConfig(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'workers/engines/cpu/assembly/'] },
  eslint.configs.recommended,
  tseslint.configs.strict,
  tseslint.configs.stylistic,
  svelte.configs.recommended,
  {
    languageOptions: { parserOptions: { ecmaVersion: 'latest', sourceType: 'module' } },
    rules: {
      // The compiler knows the globals of the page, the worker and Node better than a list here would.
      'no-undef': 'off',
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // `array[i]!` in numeric loops, where the index is in range by construction.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A catalogue or a table may be a type of its own: `type` and `interface` are both in use.
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      // Svelte's own version of this rule knows `let { … } = $props()`.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // It asks for reactive sets and maps even where one lives within a single call.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/**', 'workers/**'], rules: { 'no-console': 'error' } },
  {
    files: ['src/core/**'],
    rules: forbid('ui|embed|workers', 'src/core is pure: it imports neither the page nor the workers'),
  },
  {
    files: ['src/core/**'],
    rules: { 'no-restricted-globals': ['error', 'window', 'document', 'navigator', 'localStorage', 'self', 'postMessage'] },
  },
  {
    files: ['src/**'],
    ignores: ['src/core/**'],
    rules: forbid('workers', 'the page knows a worker only by its URL and by src/core/protocol.ts'),
  },
  {
    files: ['src/core/findings/**'],
    rules: forbid('ui|embed|workers|labs', "what all detectors share knows no lab: a lab's own detectors live in its folder"),
  },
  // Inside workers: programs → session → labs → engines (the seam, and below it the implementations) → model, losses.
  {
    files: ['workers/programs/**', 'workers/bench/**'],
    rules: forbid('ui|embed', 'workers import from src/core only'),
  },
  {
    files: ['workers/session/**'],
    rules: forbid('ui|embed|programs|bench', 'a session knows no program'),
  },
  {
    files: ['workers/labs/**'],
    rules: forbid('ui|embed|programs|bench|session|reference|cpu|webgpu', 'a lab knows engines by their seam: the types in workers/engines'),
  },
  {
    files: ['workers/{engines,model,losses,optimizer}/**'],
    rules: forbid('ui|embed|programs|bench|session|labs', 'an engine knows no lab and no session'),
  },
);
