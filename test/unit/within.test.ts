import { expect, it, vi } from 'vitest';
import { DeadlineError, within } from '../../src/core/within.js';

it('passes on what came in time, and what failed', async () => {
  expect(await within(1000, 'the adapter', Promise.resolve(3))).toBe(3);
  await expect(within(1000, 'the adapter', Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

it('names what never answered, and hands over what comes too late', async () => {
  vi.useFakeTimers();
  try {
    let answer: (value: string) => void = () => undefined;
    const late = vi.fn();
    const waiting = within(2000, 'the GPU', new Promise<string>((resolve) => (answer = resolve)), late);
    const refused = expect(waiting).rejects.toThrow(new DeadlineError('the GPU', 2000));
    await vi.advanceTimersByTimeAsync(2000);
    await refused;
    answer('a device');
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toHaveBeenCalledWith('a device');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it('of a machine that was asleep gives up nothing that answered meanwhile', async () => {
  vi.useFakeTimers();
  try {
    let answer: (value: string) => void = () => undefined;
    const late = vi.fn();
    const waiting = within(2000, 'the GPU', new Promise<string>((resolve) => (answer = resolve)), late);
    // After the sleep the timer that ran out in it comes first, then the answer that waited.
    vi.runOnlyPendingTimers();
    answer('a device');
    expect(await waiting).toBe('a device');
    expect(late).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
