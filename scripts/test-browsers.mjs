/**
 * `npm run test:browsers`: the built page in Firefox and WebKitGTK, which must train to Chromium's numbers. Says what is
 * missing of them, which is a failure only where `CI` is set; on Debian, as root, it is installed. The last line sums up.
 */
import { installBrowsers, judges, missingParts } from './browsers.mjs';
import { ensureChromium } from './chromium.mjs';
import { countTests } from './countTests.mjs';
import { ensureDependencies, requireNode } from './setup.mjs';

requireNode();
ensureDependencies();
installBrowsers();

const missing = judges
  .map((judge) => ({ ...judge, parts: missingParts(judge) }))
  .filter(({ parts }) => parts.length > 0);

let total = { passed: 0, failed: 0 };
if (missing.length < judges.length) {
  process.env.CHROME_PATH = await ensureChromium();
  total = countTests('browsers');
}
for (const { name, parts, packages } of missing) {
  console.log(`\nNot tested: ${name}, for want of ${parts.join(' and ')} (on Debian: apt-get install ${packages.join(' ')})`);
}
if (process.env.CI) total.failed += missing.length;
if (total.failed > 0) process.exitCode = 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
