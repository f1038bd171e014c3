import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer-core';
import { findFirefox } from '../../scripts/browsers.mjs';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import type { Driver } from './driver.js';

/** Chromium, whose numbers the others are held to, over the DevTools protocol. */
export async function openChromium(): Promise<Driver> {
  const executablePath = await findChromium();
  return drive({ browser: 'chrome', args: chromiumArguments, ...(executablePath && { executablePath }) });
}

/** Firefox over WebDriver BiDi, with WebGPU on Mesa's lavapipe where that is installed. */
export function openFirefox(): Promise<Driver> {
  const { firefox, lavapipe } = findFirefox();
  return drive({
    browser: 'firefox',
    ...(firefox && { executablePath: firefox }),
    ...(lavapipe && { env: { ...process.env, VK_ICD_FILENAMES: lavapipe } }),
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'dom.webgpu.workers.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  });
}

async function drive(options: LaunchOptions): Promise<Driver> {
  const browser: Browser = await puppeteer.launch(options);
  const page = await browser.newPage();
  const wrongs: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warn') wrongs.push(`console ${line.type()}: ${line.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`uncaught: ${String(error)}`));
  return {
    version: await browser.version(),
    open: async (address) => void (await page.goto(address)),
    evaluate: (expression) => page.evaluate(expression),
    takeWrongs: async () => wrongs.splice(0),
    close: () => browser.close(),
  };
}
