import { expect, test } from 'vitest';
import { mapToRead } from '../../workers/engines/webgpu/quirks/firefoxPoll.js';

const agents = {
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  chrome: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
};

/** A device whose buffer is mapped once `work` ms are over and something was submitted then, or after 100 ms, as in Firefox. */
function fakeDevice(work: number): { device: GPUDevice; buffer: GPUBuffer; submitted: () => number; fail: (error: Error) => void } {
  let submitted = 0;
  let finish = (): void => undefined;
  let fail = (_: Error): void => undefined;
  const started = performance.now();
  const buffer = {
    mapAsync: (mode: number, offset: number, bytes: number) => {
      expect([mode, offset, bytes]).toEqual([1, 0, 64]);
      return new Promise<void>((resolve, reject) => {
        [finish, fail] = [resolve, reject];
        setTimeout(resolve, Math.ceil((work + 1) / 100) * 100);
      });
    },
  };
  const queue = {
    submit: () => {
      submitted++;
      if (performance.now() - started >= work) finish();
    },
  };
  const device = { queue, createCommandEncoder: () => ({ finish: () => ({}) }) };
  return {
    device: device as unknown as GPUDevice,
    buffer: buffer as unknown as GPUBuffer,
    submitted: () => submitted,
    fail: (error) => fail(error),
  };
}

const timed = async (action: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await action();
  return performance.now() - started;
};

test.each([0, 30])('in Firefox, work of %i ms is read soon after its end, at a submission a ms at most', async (work) => {
  const { device, buffer, submitted } = fakeDevice(work);
  const ms = await timed(() => mapToRead(device, buffer, 64, agents.firefox));
  expect(ms).toBeLessThan(95);
  expect(submitted()).toBeGreaterThan(0);
  expect(submitted()).toBeLessThanOrEqual(ms + 1);
});

test('elsewhere nothing is submitted', async () => {
  const { device, buffer, submitted } = fakeDevice(0);
  expect(await timed(() => mapToRead(device, buffer, 64, agents.chrome))).toBeGreaterThan(90);
  expect(submitted()).toBe(0);
});

test('a mapping that fails is told of, and ends the submissions', async () => {
  const { device, buffer, submitted, fail } = fakeDevice(1000);
  const mapped = mapToRead(device, buffer, 64, agents.firefox);
  setTimeout(() => fail(new Error('lost')), 20);
  await expect(mapped).rejects.toThrow('lost');
  const before = submitted();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(submitted()).toBe(before);
});
