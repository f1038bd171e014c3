/** Finds a browser of the Chromium family for the tests, and installs one where there is none. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { run, runInstalled } from './setup.mjs';

/** What the tests ask of Chromium: WebGPU on its software adapter, and no traffic of its own. */
export const chromiumArguments = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Chromium without a window: a page takes a third of the processor's time that it takes in the whole browser. */
const headlessShell = 'chromium-headless-shell';

/**
 * The path of `CHROME_PATH`, or else of Debian's headless shell, of an installed Chrome, Chromium or Edge, or of the one
 * that Playwright installed.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH: there is no file '${named}'`);
    return named;
  }
  const installed = usualPlaces().find(starts);
  if (installed) return installed;
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  return starts(path) ? path : undefined;
}

/**
 * `findChromium`, after an installation: of Debian's headless shell where that can be had, as root, and of Playwright's
 * Chromium where there is still none.
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const installers = [installWithApt, installWithPlaywright];
  let found = await findChromium();
  if (found && (process.env.CHROME_PATH || basename(found) === headlessShell)) return found;
  for (const install of installers) {
    install();
    found = await findChromium();
    if (found) return found;
  }
  throw new Error('no Chromium could be installed: install Chrome, Chromium or Edge, or set CHROME_PATH to one');
}

function installWithPlaywright() {
  console.error('No Chrome, Chromium or Edge found: installing Chromium with Playwright …');
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000', ...process.env };
  runInstalled('playwright/cli.js', ['install', 'chromium'], { timeout: 300_000, env });
}

function installWithApt() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.error(`Installing ${headlessShell} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (run('apt-get', ['update', '-qq'])) run('apt-get', ['install', '-y', '-qq', headlessShell], { env });
}

/** @returns {string[]} */
function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    );
  }
  if (process.platform === 'win32') {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return folders.flatMap((folder) => (folder ? programs.map((program) => join(folder, program)) : []));
  }
  const names = [headlessShell, 'google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge', 'microsoft-edge-stable'];
  const folders = (process.env.PATH || '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/**
 * Whether the file is there and runs: a place-holder for a snap, or missing libraries, show only then. Windows would
 * open a window.
 * @param {string} path
 */
function starts(path) {
  if (!existsSync(path)) return false;
  return process.platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}
