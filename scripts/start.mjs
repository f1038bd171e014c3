/** `npm start`: install, build and serve the page on this machine. `npm start -- --port 8080` picks the port. */
import { ensureBuild, ensureDependencies, requireNode, root } from './setup.mjs';

requireNode();
const port = readPort(process.argv.slice(2));
ensureDependencies();
if (!ensureBuild()) process.exit(1);

const { preview } = await import('vite');
const server = await preview({
  root,
  logLevel: 'warn',
  preview: { host: 'localhost', port: port === undefined ? 4173 : port, strictPort: port !== undefined, open: hasDisplay() },
});
console.log(`\n  Tuning Playground: ${server.resolvedUrls?.local[0]}\n  Ctrl+C stops it.\n`);

/** @param {readonly string[]} args */
function readPort(args) {
  if (args.length === 0) return undefined;
  const value = args[0] === '--port' && args.length === 2 ? Number(args[1]) : NaN;
  if (Number.isInteger(value) && value > 0 && value < 65536) return value;
  console.error(`npm start: '${args.join(' ')}' is not understood (expected --port and a number from 1 to 65535)`);
  process.exit(2);
}

/** Whether a browser could show itself: not on a build server, over ssh, or without a window system. */
function hasDisplay() {
  if (process.env.CI || process.env.SSH_CONNECTION) return false;
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
