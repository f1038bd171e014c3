import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * Forbids imports that would point an arrow of the layout backwards: src/ui → src/core ← workers. By `import()`, too.
 * @param {string} folders alternatives of a regular expression
 * @param {string} message
 * @returns {import('eslint').Linter.RulesRecord}
 */
const forbid = (folders, message) => {
  const regex = `^(\\.{1,2}/)+(.*/)?(?:${folders})/`;
  // A selector's regular expression ends at its first slash.
  const selector = `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`;
  return {
    'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
    'no-restricted-syntax': ['error', { selector, message }],
  };
};

/** What is above the engines in workers, what is written in their terms, and what stands below their seam. */
const above = 'ui|programs|bench|session|labs';
const mathematics = 'model|losses|optimizer';
const implementations = 'reference|cpu|webgpu';

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
    rules: forbid('ui|workers', 'src/core is pure: it imports neither the page nor the workers'),
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
    rules: forbid('ui|workers|labs', "what all detectors share knows no lab: a lab's own detectors live in its folder"),
  },
  // Inside workers: programs → session → labs → model, losses, optimizer → engines (the seam) ← the implementations.
  {
    files: ['workers/programs/**', 'workers/bench/**'],
    rules: forbid('ui', 'workers import from src/core only'),
  },
  {
    files: ['workers/session/**'],
    rules: forbid('ui|programs|bench', 'a session knows no program'),
  },
  {
    files: ['workers/labs/**'],
    rules: forbid(`ui|programs|bench|session|${implementations}`, 'a lab knows engines by their seam: the types in workers/engines'),
  },
  {
    files: ['workers/{model,losses,optimizer}/**'],
    rules: forbid(`${above}|${implementations}`, 'mathematics knows engines by their seam, and neither labs nor sessions'),
  },
  {
    files: ['workers/engines/*.ts'],
    ignores: ['workers/engines/openEngine.ts'],
    rules: forbid(`${above}|${mathematics}|${implementations}`, 'the seam knows neither who uses it nor its implementations, which openEngine.ts opens'),
  },
  {
    files: ['workers/engines/openEngine.ts'],
    rules: forbid(`${above}|${mathematics}`, 'an engine knows no lab and no session'),
  },
  {
    // It opens its device as the webgpu engine does.
    files: ['workers/engines/reference/**'],
    rules: forbid(`${above}|${mathematics}|cpu`, 'the reference knows no engine that is held to it'),
  },
  {
    files: ['workers/engines/cpu/**'],
    rules: forbid(`${above}|${mathematics}|reference|webgpu`, 'the cpu engines know the seam alone'),
  },
  {
    files: ['workers/engines/webgpu/**'],
    rules: forbid(`${above}|${mathematics}|reference|cpu`, 'the webgpu engine knows the seam alone'),
  },
);
