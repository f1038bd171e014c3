import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { vi } from 'vitest';
import { findWebkit } from '../../scripts/browsers.mjs';
import { call, type Driver } from './driver.js';

/** How long the driver has for a command, ms. */
const patience = 60_000;

/**
 * WebKitGTK's MiniBrowser, by the classic WebDriver protocol: Debian's driver is built without BiDi. Errors of the page
 * are seen from the moment it has loaded.
 */
export async function openWebkit(): Promise<Driver> {
  const { WebKitWebDriver, Xvfb } = findWebkit();
  const processes: ChildProcess[] = [];
  const end = (): void => processes.forEach((process) => process.kill());
  try {
    const display = Xvfb ? { DISPLAY: await startDisplay(Xvfb, processes) } : {};
    const port = await freePort();
    processes.push(spawn(WebKitWebDriver!, [`--port=${port}`], { env: { ...process.env, ...display }, stdio: 'ignore' }));
    return await openSession(`http://127.0.0.1:${port}`, end);
  } catch (error) {
    end();
    throw error;
  }
}

async function openSession(server: string, end: () => void): Promise<Driver> {
  await vi.waitFor(() => request('GET', `${server}/status`), { timeout: patience });
  const { sessionId, capabilities } = (await request('POST', `${server}/session`, { capabilities: { alwaysMatch: { timeouts: { script: patience } } } })) as Session;
  const session = `${server}/session/${sessionId}`;
  const evaluate = (expression: string): Promise<unknown> => request('POST', `${session}/execute/sync`, { script: `return ${expression}`, args: [] });
  return {
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    open: async (address) => {
      await request('POST', `${session}/url`, { url: address });
      await call({ evaluate }, watchErrors);
    },
    evaluate,
    takeWrongs: () => call({ evaluate }, () => (window as unknown as { wrongs: string[] }).wrongs.splice(0)),
    close: async () => {
      await request('DELETE', session).finally(end);
    },
  };
}

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserName: string; readonly browserVersion: string };
}

/** In the page: what goes wrong from now on is kept in `window.wrongs`. */
function watchErrors(): void {
  const wrongs: string[] = [];
  Object.assign(window, { wrongs });
  for (const level of ['error', 'warn'] as const) console[level] = (...values: unknown[]) => wrongs.push(`console ${level}: ${values.join(' ')}`);
  addEventListener('error', ({ message }) => wrongs.push(`uncaught: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => wrongs.push(`uncaught: ${String(reason)}`));
}

/** One command of the WebDriver protocol; throws what the driver calls an error. */
async function request(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(patience) });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${new URL(url).pathname}: ${error}: ${message}`);
}

/** Starts an X server without a screen and gives the name of its display. */
async function startDisplay(program: string, processes: ChildProcess[]): Promise<string> {
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  processes.push(server);
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`Xvfb ended with ${code}`);
  });
  const [line] = (await Promise.race([once(server.stdio[3] as Readable, 'data'), ended])) as [Buffer];
  return `:${line.toString().trim()}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
