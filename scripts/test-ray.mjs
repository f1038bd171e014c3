/**
 * `npm run test:ray [-- --speed] [--python path]`: sweeps on a local Ray of two workers. Python is that of --python, $PYTHON
 * or python3; exits with 2 where it has no Ray.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { importProgram, root } from './bundle.mjs';

const { values: options } = readArguments();
const python = options.python ?? process.env.PYTHON ?? 'python3';
const found = spawnSync(python, ['-c', 'import ray; print(ray.__version__)'], { encoding: 'utf8' });
if (found.status !== 0) {
  console.error(`test:ray: ${python} has no Ray (python3 -m pip install ray; another Python by --python)`);
  process.exit(2);
}
console.log(`Ray ${found.stdout.trim()}`);
// Tasks begin beside each other: the program is built before.
await importProgram('sweep');
const { status } = spawnSync(python, [path.join(root, 'test', 'ray', 'sweep_test.py'), ...(options.speed ? ['--speed'] : [])], { stdio: 'inherit' });
process.exit(status ?? 1);

function readArguments() {
  try {
    return parseArgs({ options: { speed: { type: 'boolean', default: false }, python: { type: 'string' } } });
  } catch (error) {
    console.error(error.message);
    return process.exit(2);
  }
}
