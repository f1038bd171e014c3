/** Bundles a program of `workers/programs/` for Node, unless the bundle is newer than every source. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuKernels } from './kernels.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);
}

/** Imports `workers/programs/<name>.ts`; builds it first where needed, which it says on stderr. */
export async function importProgram(name) {
  const outDir = path.join(root, '.cache', 'programs');
  const bundle = path.join(outDir, `${name}.mjs`);
  const sources = Math.max(
    newest(path.join(root, 'src', 'core')),
    newest(path.join(root, 'workers')),
    statSync(path.join(root, 'package.json')).mtimeMs,
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
    statSync(path.join(root, 'scripts', 'kernels.mjs')).mtimeMs,
  );
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < sources) {
    process.stderr.write(`building ${name} …\n`);
    const { build } = await import('vite');
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      plugins: [cpuKernels()],
      ssr: { noExternal: true, external: ['webgpu'] },
      build: {
        ssr: path.join('workers', 'programs', `${name}.ts`),
        outDir,
        emptyOutDir: false,
        copyPublicDir: false,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          output: {
            entryFileNames: `${name}.mjs`,
            codeSplitting: false,
            // tfjs' wasm loader is CommonJS inside.
            banner: [
              "import { createRequire as createRequireForBundle } from 'node:module';",
              "import { dirname as dirnameForBundle } from 'node:path';",
              "import { fileURLToPath as pathForBundle } from 'node:url';",
              'const require = createRequireForBundle(import.meta.url);',
              'const __filename = pathForBundle(import.meta.url);',
              'const __dirname = dirnameForBundle(__filename);',
            ].join('\n'),
          },
        },
      },
    });
  }
  return import(bundle);
}
