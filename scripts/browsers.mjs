/**
 * The browsers other than Chromium that judge the page: Firefox, whose WebGPU is wgpu and naga, and WebKitGTK. Finds them
 * and what they need, and installs them on Debian.
 */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './setup.mjs';

/**
 * What a browser consists of: files by what they are called here, `undefined` where there is none.
 * @typedef {Readonly<Record<string, string | undefined>>} Parts
 */

/** @typedef {{ name: string, packages: readonly string[], find: () => Parts }} JudgingBrowser */

/** Debian's packages are named for who has to install them by hand. */
export const judges = /** @type {const} @satisfies {readonly JudgingBrowser[]} */ ([
  { name: 'Firefox', packages: ['firefox-esr', 'mesa-vulkan-drivers'], find: findFirefox },
  { name: 'WebKitGTK', packages: ['webkit2gtk-driver', 'xvfb'], find: findWebkit },
]);

/**
 * Firefox: `FIREFOX_PATH`, or else an installed one, and on Linux Mesa's software driver (lavapipe), so that its WebGPU
 * is the same on every machine.
 */
export function findFirefox() {
  const named = process.env.FIREFOX_PATH;
  if (named && !existsSync(named)) throw new Error(`FIREFOX_PATH: there is no file '${named}'`);
  const usual = {
    darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    win32: [join(process.env.PROGRAMFILES ?? 'C:\\Program Files', 'Mozilla Firefox', 'firefox.exe')],
  }[/** @type {string} */ (process.platform)] ?? onPath('firefox-esr', 'firefox');
  const firefox = named ?? usual.find((path) => existsSync(path));
  return process.platform === 'linux' ? { firefox, lavapipe: findLavapipe() } : { firefox };
}

/** WebKitGTK's driver, which brings its MiniBrowser, and a display: the one there is, or else Xvfb. */
export function findWebkit() {
  const [WebKitWebDriver] = onPath('WebKitWebDriver');
  const [Xvfb] = onPath('Xvfb');
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return display ? { WebKitWebDriver } : { WebKitWebDriver, Xvfb };
}

/**
 * What is not there of a browser, by the names that `find` gives.
 * @param {JudgingBrowser} browser
 */
export function missingParts({ find }) {
  return Object.entries(find()).filter(([, path]) => !path).map(([part]) => part);
}

/** Installs what is missing with apt-get: on Debian, as root. Elsewhere it does nothing. */
export function installBrowsers() {
  const packages = judges.filter((browser) => missingParts(browser).length > 0).flatMap((browser) => browser.packages);
  if (packages.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.error(`Installing ${packages.join(', ')} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (run('apt-get', ['update', '-qq'])) run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
}

/** Vulkan's description of lavapipe, for `VK_ICD_FILENAMES`. */
function findLavapipe() {
  const folders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'].filter((path) => existsSync(path));
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((path) => /lvp_icd[^/]*\.json$/.test(path));
}

/** @param {readonly string[]} names */
function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter((path) => existsSync(path));
}
