import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { button, forgive, inHaste, status, stepsDone, text, untilState, untilStep, visit as open, type VisitOptions } from '../browser/visit.js';

/** A page in which nothing has been loaded that a test changes. */
const visit = (query: string, options: VisitOptions = {}) => open(query, { ...options, ahead: false });

const short = '?lab=grpo&preset=entropy-collapse&steps=6&validationEvery=0';
/** So large that a step of the CPU takes longer than what a GPU needs at least. */
const large = `${short}&promptsPerStep=32&rolloutN=16`;
const trainingScript = /\/training\.worker-[^/]*\.js$/;

/** Puts code before that of the training worker's script. */
async function prepend(page: Page, code: string): Promise<void> {
  await page.route(trainingScript, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });
}

/** Trains to the end, and tells how many ms passed before its last step. */
async function train(page: Page): Promise<number> {
  const began = performance.now();
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  expect(await stepsDone(page)).toBe(6);
  return performance.now() - began;
}

/** The note of an engine that gave way, up to what is said of it. */
const unavailable = (page: Page, engine: string) =>
  status(page).getByText(text('note.engineUnavailable', { engine: text(`option.engine.${engine}`), reason: '#', used: '#' }).split('#')[0]!);

/** Where the status line, or a note of it, names the kernels on the CPU. */
const cpuEngineName = (page: Page) =>
  status(page).getByText(text('option.engine.cpu-fma')).or(status(page).getByText(text('option.engine.cpu'))).first();

/** A worker's GPU that counts as hardware: its info is empty. */
const nameless = `Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: '', architecture: '', device: '', description: '' }) });`;

describe('auto', () => {
  test.each([
    ['tells nothing of its adapter, which is emulated', nameless],
    ['has no info of it, as before Chromium 121', `Object.defineProperty(GPUAdapter.prototype, 'info', { value: undefined });`],
    ['says itself that its adapter is emulated', `Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: '', isFallbackAdapter: true }) });`],
    ['never gives an adapter', `GPU.prototype.requestAdapter = () => new Promise(() => undefined);`],
    ['never gives a device', `${nameless} GPUAdapter.prototype.requestDevice = () => new Promise(() => undefined);`],
    ['never gives a result', `${nameless} GPUBuffer.prototype.mapAsync = () => new Promise(() => undefined);`],
    ['throws where an adapter is asked for', `GPU.prototype.requestAdapter = () => { throw new Error('no'); };`],
    ['does not tell its cores', `Object.defineProperty(navigator, 'hardwareConcurrency', { value: undefined });`],
  ])('trains on the CPU where the browser %s', async (_, code) => {
    const { page } = await visit(large, inHaste());
    await prepend(page, code);
    await train(page);
    await cpuEngineName(page).waitFor();
    expect(await unavailable(page, 'cpu-fma').count()).toBe(0);
  });
});

describe('a GPU that is asked for', () => {
  test.each([
    ['adapter', `GPU.prototype.requestAdapter = () => new Promise(() => undefined);`],
    ['device', `GPUAdapter.prototype.requestDevice = () => new Promise(() => undefined);`],
    ['result', `GPUBuffer.prototype.mapAsync = () => new Promise(() => undefined);`],
  ])('and never gives a(n) %s gives way to the CPU within seconds, with a word', async (_, code) => {
    const { page } = await visit(`${short}&engine=webgpu`, inHaste());
    await prepend(page, code);
    await train(page);
    await unavailable(page, 'webgpu').waitFor();
    await status(page).getByText(/did not answer within 3 s/).waitFor();
  });

  test('and is lost with its first steps leaves the run to the CPU', async () => {
    const { page } = await visit(`${short}&engine=webgpu`, inHaste());
    await prepend(
      page,
      `{ const request = GPUAdapter.prototype.requestDevice;
         GPUAdapter.prototype.requestDevice = async function (...options) {
           const device = await request.apply(this, options);
           const { submit } = GPUQueue.prototype;
           GPUQueue.prototype.submit = function (commands) { submit.call(this, commands); device.destroy(); };
           return device; }; }`,
    );
    await train(page);
    await status(page).getByText(text('note.deviceLost', { reason: '#' }).split('#')[0]!).first().waitFor();
    await status(page).getByText(/went on|goes on/).last().waitFor();
    forgive(/destroyed|lost/i);
  });
});

test.each(['**/warm-start/*', '**/cpu-fma-*.js'])('a run does not wait for %s that never comes', async (file) => {
  const { page } = await visit(short, inHaste());
  await page.route(file, () => undefined);
  await train(page);
  await status(page).getByText(/did not answer within/).waitFor();
});

test.for(['grpo', 'biencoder', 'reward-model', 'pointer'])(
  'a run of %s on the CPU fetches at most 300 KB of code, page and all, and no tfjs',
  async (lab, { annotate }) => {
    const { page, codeFiles, codeBytes } = await visit(`?lab=${lab}&engine=auto`, inHaste());
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    const kilobytes = (await codeBytes()) / 1000;
    await annotate(`${kilobytes.toFixed(0)} KB`);
    expect(kilobytes).toBeLessThanOrEqual(300);
    expect(codeFiles().filter((file) => /training\.worker/.test(file))).toHaveLength(1);
    expect(codeFiles().filter((file) => /^(tfjs|reference|webgpu)/.test(file))).toEqual([]);
  },
);

test('a reference engine fetches tfjs when it is asked for', async () => {
  const { page, codeFiles } = await visit('?lab=biencoder&engine=reference-wasm&steps=3&validationEvery=0', inHaste());
  await button(page, 'run.run').click();
  await untilStep(page, 1);
  expect(codeFiles().some((file) => /tfjs.*\.wasm$/.test(file))).toBe(true);
});
