import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeadlineError } from '../../src/core/within.js';
import { codeFile } from '../../workers/engines/codeFile.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  ['arrived', () => Promise.resolve('kernels')],
  ['been refused', () => Promise.reject(new TypeError('offline'))],
])('a file that does not arrive is waited for once, until it has %s after all', async (_, answer) => {
  let arrive: (module: Promise<string>) => void = () => undefined;
  const load = vi.fn(() => Promise.resolve('kernels')).mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
  const file = codeFile(10_000, 'the file of the kernels', load);
  const missing = new DeadlineError('the file of the kernels', 10_000);
  const first = expect(file()).rejects.toThrow(missing);
  await vi.advanceTimersByTimeAsync(10_000);
  await first;
  await expect(file(), 'at once').rejects.toThrow(missing);
  expect(load).toHaveBeenCalledOnce();
  arrive(answer());
  await vi.advanceTimersByTimeAsync(0);
  expect(await file()).toBe('kernels');
});

test('a file that could not be fetched is fetched again', async () => {
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new TypeError('offline')).mockResolvedValue('kernels');
  const file = codeFile(10_000, 'the file of the kernels', load);
  await expect(file()).rejects.toThrow('offline');
  expect(await file()).toBe('kernels');
});
