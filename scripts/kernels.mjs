/**
 * Compiles the cpu kernels (AssemblyScript, plain SIMD) to `.cache/kernels/cpu.wasm`, unless that is newer than
 * every source, and gives them to programs as the module `virtual:cpu-kernels`. Run by itself it only compiles.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'workers/kernels/cpu/assembly';
const output = path.join(root, '.cache', 'kernels', 'cpu.wasm');
const options = ['--enable', 'simd', '-O3', '--runtime', 'stub', '--noAssert'];

const sources = () => readdirSync(path.join(root, folder)).map((name) => path.join(root, folder, name));

/** @type {Promise<void> | undefined} */
let compiling;

/** The compiled kernels; says on stderr when it compiles them, and throws the compiler's message. */
export async function compileKernels() {
  const newest = Math.max(...[...sources(), fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs));
  if (!existsSync(output) || statSync(output).mtimeMs < newest) {
    compiling ??= compile().finally(() => (compiling = undefined));
    await compiling;
  }
  return readFileSync(output);
}

async function compile() {
  process.stderr.write('compiling the cpu kernels …\n');
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(path.dirname(output), { recursive: true });
  // Several programs may compile at once: each writes a file of its own and puts it in place whole.
  const own = path.join('.cache', 'kernels', `cpu.${process.pid}.${randomBytes(4).toString('hex')}.wasm`);
  const { error, stderr } = await asc.main([`${folder}/index.ts`, '--baseDir', root, '-o', own, ...options]);
  if (error) {
    rmSync(path.join(root, own), { force: true });
    throw new Error(`${error.message}\n${stderr}`);
  }
  renameSync(path.join(root, own), output);
}

/**
 * The kernels' bytes as the default export of `virtual:cpu-kernels`, for whatever Vite builds or serves.
 * @returns {import('vite').Plugin}
 */
export function cpuKernels() {
  const name = 'virtual:cpu-kernels';
  return {
    name: 'cpu-kernels',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined;
      for (const file of sources()) this.addWatchFile(file);
      const text = JSON.stringify((await compileKernels()).toString('base64'));
      return `export default Uint8Array.from(atob(${text}), (character) => character.charCodeAt(0));`;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileKernels();
