/**
 * Compiles the cpu kernels (AssemblyScript) to `.cache/kernels`, unless what is there is newer than every source, and
 * gives them to programs as the modules `virtual:cpu-kernels/<engine>`. Run by itself it only compiles. The kernels'
 * module `grpoStep` has no file: it is generated from the step's specification, workers/engines/grpoStep.ts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'workers/engines/cpu/assembly';
const specification = path.join(root, 'workers/engines/grpoStep.ts');
const options = ['--enable', 'simd', '-O3', '--runtime', 'stub', '--noAssert'];

/** The engines' builds, with what each asks of the compiler besides. */
const builds = { cpu: [], 'cpu-fma': ['--enable', 'relaxed-simd'] };

const sources = () => [specification, ...readdirSync(path.join(root, folder)).map((name) => path.join(root, folder, name))];

/** The compiler takes one program at a time. */
let compiling = Promise.resolve();

/**
 * The kernels of an engine; says on stderr when it compiles them, and throws the compiler's message.
 * @param {keyof typeof builds} engine
 */
export async function compileKernels(engine) {
  const newest = Math.max(...[...sources(), fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs));
  const output = path.join(root, '.cache', 'kernels', `${engine}.wasm`);
  const stale = () => !existsSync(output) || statSync(output).mtimeMs < newest;
  const mine = compiling.then(() => (stale() ? compile(engine, output, newest) : undefined));
  compiling = mine.catch(() => undefined);
  await mine;
  return readFileSync(output);
}

/** `newest`: when the newest source was saved, in ms; the output counts as saved just after it, and a later source as newer. */
async function compile(engine, output, newest) {
  process.stderr.write(`compiling the kernels of ${engine} …\n`);
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(path.dirname(output), { recursive: true });
  // Several programs may compile at once: each writes a file of its own and puts it in place whole.
  const own = path.join('.cache', 'kernels', `${engine}.${process.pid}.${randomBytes(4).toString('hex')}.wasm`);
  const generated = await generateModule();
  const { error, stderr } = await asc.main([`${folder}/index.ts`, '--baseDir', root, '-o', own, ...options, ...builds[engine]], {
    readFile: (name, baseDir) => (name === `${folder}/grpoStep.ts` ? generated : readIfThere(path.resolve(baseDir, name))),
  });
  if (error) {
    rmSync(path.join(root, own), { force: true });
    throw new Error(`${error.message}\n${stderr}`);
  }
  const justAfter = new Date(Math.ceil(newest) + 1);
  utimesSync(path.join(root, own), justAfter, justAfter);
  renameSync(path.join(root, own), output);
}

/** The specification as AssemblyScript. This Node may know no TypeScript: the compiler that the project has takes the types out. */
async function generateModule() {
  const { default: typescript } = await import('typescript');
  const compilerOptions = { target: typescript.ScriptTarget.ESNext, module: typescript.ModuleKind.ESNext };
  const { outputText } = typescript.transpileModule(readFileSync(specification, 'utf8'), { compilerOptions });
  const { assemblySource } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return assemblySource();
}

/** The compiler asks for files that may not exist, too. */
const readIfThere = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/**
 * The kernels' bytes as the default export of `virtual:cpu-kernels/<engine>`, for whatever Vite builds or serves.
 * @returns {import('vite').Plugin}
 */
export function cpuKernels() {
  const prefix = 'virtual:cpu-kernels/';
  return {
    name: 'cpu-kernels',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      for (const file of sources()) this.addWatchFile(file);
      // Two digits a byte: compressed on its way, that is a sixth smaller than base64, which hides what repeats.
      const text = JSON.stringify((await compileKernels(id.slice(prefix.length + 1))).toString('hex'));
      return `const text = ${text};\nexport default Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));`;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const engine of Object.keys(builds)) await compileKernels(engine);
