/**
 * What every command needs before it can run: a Node that is new enough, the installed packages, a built page.
 * Runs before anything is installed, so it uses nothing but Node itself, in syntax that old versions can read.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the built page is made of. */
const sources = ['index.html', 'package-lock.json', 'public', 'scripts/kernels.mjs', 'src', 'svelte.config.js', 'vite.config.ts', 'workers'];

/**
 * Runs a program in the project's folder, its output shown.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {boolean} whether it ended well
 */
export function run(program, args, options) {
  return spawnSync(program, [...args], { cwd: root, stdio: 'inherit', ...options }).status === 0;
}

/**
 * Runs the command line of an installed package, as `npx` would.
 * @param {string} script its path below node_modules
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function runInstalled(script, args, options) {
  return run(process.execPath, [join(root, 'node_modules', script), ...args], options);
}

/**
 * Runs the command line of an installed package beside others.
 * @param {string} script its path below node_modules
 * @param {readonly string[]} args
 * @param {(output: string) => void} [print] takes what it printed, once it has ended; without, its output is shown at once
 * @returns {Promise<boolean>} whether it ended well
 */
export function runInstalledBeside(script, args, print) {
  return new Promise((resolve) => {
    const program = spawn(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, stdio: print ? 'pipe' : 'inherit' });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) stream?.on('data', (chunk) => (output += chunk));
    program.on('close', (code) => {
      print?.(output);
      resolve(code === 0);
    });
  });
}

/** Ends with a clear message where this Node is not one of those that package.json asks for. */
export function requireNode() {
  const range = readJson('package.json').engines.node;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = range.split(' || ').some((/** @type {string} */ part) => {
    const [wantedMajor = 0, wantedMinor = 0] = part.replace(/[^\d.]/g, '').split('.').map(Number);
    return major === wantedMajor ? minor >= wantedMinor : part.startsWith('>=') && major > wantedMajor;
  });
  if (fits) return;
  const versions = range.replace(/\^|>=/g, '').replace(/\.0(?= |$)/g, '+').split(' || ').join(', ');
  console.error(`Tuning Playground needs Node ${versions}; this is ${process.versions.node}. See https://nodejs.org/`);
  process.exit(1);
}

/** Runs `npm ci` unless node_modules already holds what package-lock.json names. */
export function ensureDependencies() {
  if (dependenciesInstalled()) return;
  console.error('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  const installed = npm && npm.endsWith('.js')
    ? run(process.execPath, [npm, 'ci'])
    : run('npm', ['ci'], { shell: process.platform === 'win32' });
  if (!installed) {
    console.error('`npm ci` failed: see its message above. It needs to reach the npm registry once.');
    process.exit(1);
  }
}

/** Builds the page into dist/ unless dist/ was built from these very sources, and says whether dist/ is right now. */
export function ensureBuild() {
  const stamp = join(root, 'dist', '.sources');
  const fingerprint = hashSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return true;
  console.error('Building the page …');
  // Vitest sets NODE_ENV to 'test', with which Svelte would be built for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  if (!runInstalled('vite/bin/vite.js', ['build', '--logLevel', 'warn'], { env })) return false;
  writeFileSync(stamp, fingerprint);
  return true;
}

function dependenciesInstalled() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false;
  const wanted = readJson('package-lock.json').packages;
  const present = readJson('node_modules/.package-lock.json').packages;
  return Object.keys(wanted).every((path) => {
    if (path === '' || wanted[path].optional) return true;
    return present[path] !== undefined && present[path].version === wanted[path].version;
  });
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function hashSources() {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) => {
    const file = join(root, path);
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) add(`${path}/${name}`);
    } else {
      hash.update(`${path}\0`).update(readFileSync(file)).update('\0');
    }
  };
  sources.forEach(add);
  return hash.digest('hex');
}
