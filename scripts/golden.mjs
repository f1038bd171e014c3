/** `npm run test:golden`: the golden cases alone; `GOLDEN_DIR` points them at another folder of the same form. */
import { ensureDependencies, requireNode, runInstalled } from './setup.mjs';

requireNode();
ensureDependencies();
if (!runInstalled('vitest/vitest.mjs', ['run', '--project', 'golden', ...process.argv.slice(2)])) process.exitCode = 1;
