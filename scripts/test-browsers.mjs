/**
 * `npm run test:browsers`: the built page in Firefox and WebKitGTK, which must train to Chromium's numbers. Says what is
 * missing of them, which is a failure only where `CI` is set; on Debian, as root, it is installed. The last lines sum up.
 */
import { installBrowsers, judges, missingParts } from './browsers.mjs';
import { ensureChromium } from './chromium.mjs';
import { runTests, sumUp } from './runTests.mjs';
import { ensureDependencies, requireNode } from './setup.mjs';

requireNode();
ensureDependencies();
installBrowsers();

const missing = judges
  .map((judge) => ({ ...judge, parts: missingParts(judge) }))
  .filter(({ parts }) => parts.length > 0);

/** @type {import('./runTests.mjs').Outcome[]} */
const outcomes = [];
if (missing.length < judges.length) {
  process.env.CHROME_PATH = await ensureChromium();
  outcomes.push(await runTests('browsers'));
}
for (const { name, parts, packages } of missing) {
  const untested = `${name}, for want of ${parts.join(' and ')} (on Debian: apt-get install ${packages.join(' ')})`;
  console.log(`\nNot tested: ${untested}`);
  if (process.env.CI) outcomes.push({ passed: 0, failures: [untested] });
}
sumUp(outcomes);
