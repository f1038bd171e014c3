/** The software Vulkan driver (SwiftShader) that every Chromium brings along. */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.mjs';

const driver = 'vk_swiftshader_icd.json';

/**
 * The environment in which a Node process finds that driver; it has to be there when the process starts.
 * @returns {Promise<Record<string, string> | undefined>} nothing where no Chromium has one
 */
export async function softwareVulkan() {
  const browser = await findChromium();
  const folders = [...(browser ? [path.dirname(realpathSync(browser))] : []), '/usr/lib/chromium'];
  const folder = folders.find((candidate) => existsSync(path.join(candidate, driver)));
  if (!folder) return undefined;
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
  return { LD_LIBRARY_PATH: libraries, VK_ICD_FILENAMES: path.join(folder, driver) };
}
