import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import type { Values } from '../../src/core/messages/messages.js';
import { button, forgive, inHaste, status, stepsDone, text, untilState, visit as open, type VisitOptions } from '../browser/visit.js';

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

/** Opens what the status line says of the engine. */
const openEngine = (page: Page): Promise<void> => status(page).getByText(text('status.trained.cpu')).click();

/** Trains to the end, and tells how many ms passed before its last step. */
async function train(page: Page, timeout?: number): Promise<number> {
  const began = performance.now();
  await button(page, 'run.run').click();
  await untilState(page, 'finished', timeout);
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

/** The beginning of a note. */
const note = (page: Page, id: string, values: Values = {}) => status(page).getByText(text(id, { adapter: '#', gigabytes: '#', reason: '#', ...values }).split('#')[0]!);

/** How 'auto' comes to train on the CPU, by what it says. */
const outcomes = {
  raced: (page: Page) => status(page).getByText(text('status.others', { others: '#' }).split('#')[0]!.trim())
    .or(status(page).getByText('the GPU did not answer within 5 s')),
  emulated: (page: Page) => note(page, 'note.softwareAdapter'),
  silent: (page: Page) => unavailable(page, 'webgpu').getByText('did not answer within 3 s'),
  none: (page: Page) => note(page, 'note.noWebgpu'),
} as const;

describe('auto', () => {
  test.each([
    ['tells nothing of its adapter, which is emulated', 'raced', nameless],
    ['has no info of it, as before Chromium 121', 'raced', `Object.defineProperty(GPUAdapter.prototype, 'info', { value: undefined });`],
    ['says itself that its adapter is emulated', 'emulated', `Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: '', isFallbackAdapter: true }) });`],
    ['never gives an adapter', 'silent', `GPU.prototype.requestAdapter = () => new Promise(() => undefined);`],
    ['never gives a device', 'silent', `${nameless} GPUAdapter.prototype.requestDevice = () => new Promise(() => undefined);`],
    ['never gives a result', 'silent', `${nameless} GPUBuffer.prototype.mapAsync = () => new Promise(() => undefined);`],
    ['throws where an adapter is asked for', 'none', `GPU.prototype.requestAdapter = () => { throw new Error('no'); };`],
    ['does not tell its cores', 'emulated', `Object.defineProperty(navigator, 'hardwareConcurrency', { value: undefined });`],
  ] as const)('trains on the CPU where the browser %s (%s)', async (_, outcome, code) => {
    const { page } = await visit(large, inHaste());
    await prepend(page, code);
    await train(page);
    await openEngine(page);
    await cpuEngineName(page).waitFor();
    for (const [name, said] of Object.entries(outcomes)) expect(await said(page).count(), name).toBe(Number(name === outcome));
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

test.each([
  ['**/warm-start/*', 'auto'],
  ['**/cpu-fma-*.js', 'auto'],
  ['**/webgpuEngine-*.js', 'webgpu'],
  ['**/referenceEngine-*.js', 'reference-wasm'],
  ['**/tfjs-backend-wasm-*.wasm', 'reference-wasm'],
  ['**/webgpuBackend-*.js', 'reference-webgpu'],
])('a run does not wait for %s that never comes (%s)', async (file, engine) => {
  const { page } = await visit(`${short}&engine=${engine}`, inHaste());
  await page.route(file, () => undefined);
  await train(page);
  await openEngine(page);
  await status(page).getByText(/did not answer within/).waitFor();
  expect(await unavailable(page, engine).count()).toBe(Number(engine !== 'auto'));
});

test('a file of the kernels that never comes is waited for once', async () => {
  const { page } = await visit(short, inHaste());
  await page.route('**/cpu-fma-*.js', () => undefined);
  expect(await train(page)).toBeGreaterThan(10_000);
  expect(await train(page)).toBeLessThan(8000);
  await openEngine(page);
  await unavailable(page, 'cpu-fma').waitFor();
});

test('a run on TensorFlow.js goes on on the CPU where the GPU falls silent in the middle', async () => {
  const { page } = await visit('?lab=biencoder&preset=healthy&engine=reference-webgpu&steps=6&validationEvery=0', inHaste());
  await prepend(
    page,
    `{ const { mapAsync } = GPUBuffer.prototype; let left = 12;
       GPUBuffer.prototype.mapAsync = function (...options) { return left-- > 0 ? mapAsync.apply(this, options) : new Promise(() => undefined); }; }`,
  );
  await train(page, 150_000);
  await status(page).getByText(text('note.deviceLost', { reason: 'the GPU did not answer within 60 s' })).waitFor();
  await unavailable(page, 'reference-webgpu').waitFor();
  await openEngine(page);
  await cpuEngineName(page).waitFor();
});

test('a run that needs more than 1 GB says so before it begins', async () => {
  const { page } = await visit('?lab=grpo&preset=entropy-collapse&engine=reference-wasm&replicas=16&promptsPerStep=32&rolloutN=32&validationEvery=0', inHaste());
  await button(page, 'run.run').click();
  await note(page, 'note.memory').waitFor();
  await button(page, 'run.reset').click();
  await status(page).getByText(text('status.ready', { steps: '#' }).split('#')[0]!).waitFor();
});
