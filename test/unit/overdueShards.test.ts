import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShardedPolicy, type RemotePolicy } from '../../workers/engines/cpu/shardedPolicy.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two shards that answer each call after so many ms, the next one after the next number. */
function shards(...answers: number[]) {
  const policyOf = (place: number): Partial<RemotePolicy> => {
    let calls = 0;
    return { ready: Promise.resolve(), parameters: () => after(answers[calls++]!).then(() => Float32Array.of(place)) };
  };
  return [0, 1].map((from) => ({ from, to: from + 1, policy: policyOf(from) as RemotePolicy }));
}

const after = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A shard of one replica that is made, and then answers, after so many ms each. */
function shard(from: number, { made, answer }: { made: number; answer: number }) {
  const ready = after(made);
  const parameters = () => ready.then(() => after(answer)).then(() => Float32Array.of(from));
  return { from, to: from + 1, policy: { ready, parameters } as Partial<RemotePolicy> as RemotePolicy };
}

test('a shard that is long in the making is not overdue, however soon another answers', async () => {
  const silent = vi.fn();
  const policy = new ShardedPolicy([shard(0, { made: 200, answer: 20 }), shard(1, { made: 8000, answer: 20 })], silent);
  const parameters = policy.parameters();
  await vi.advanceTimersByTimeAsync(8100);
  expect(await parameters).toEqual(Float32Array.of(0, 1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
});

test.each([
  ['5 s after the first answered, where that was soon', { made: 8000, answer: 20 }, 13_020],
  ['ten times later than the first took since it was made', { made: 200, answer: 1000 }, 11_200],
])('a shard is overdue %s', async (_, other, due) => {
  const silent = vi.fn();
  const policy = new ShardedPolicy([shard(0, { made: 200, answer: 1e6 }), shard(1, other)], silent);
  void policy.parameters();
  await vi.advanceTimersByTimeAsync(due - 50);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(silent).toHaveBeenCalledOnce();
});

test.each([
  ['two minutes', [20, 1e9], 120_000],
  ['twenty times the longest call so far', [8000, 20, 1e9], 160_000],
])('all shards are overdue where none has answered for %s', async (_, answers, due) => {
  const silent = vi.fn();
  const policy = new ShardedPolicy(shards(...answers), silent);
  for (const answer of answers.slice(0, -1)) {
    const parameters = policy.parameters();
    await vi.advanceTimersByTimeAsync(answer);
    await parameters;
  }
  void policy.parameters();
  await vi.advanceTimersByTimeAsync(due - 50);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(silent).toHaveBeenCalledExactlyOnceWith(`it did not answer within ${due / 1000} s`);
});

test('a machine that was asleep hears what a shard answered meanwhile before it counts as overdue', async () => {
  const silent = vi.fn();
  let answer: (parameters: Float32Array) => void = () => undefined;
  const late = { ready: Promise.resolve(), parameters: () => new Promise((resolve) => (answer = resolve)) } as Partial<RemotePolicy>;
  const policy = new ShardedPolicy([shard(0, { made: 0, answer: 20 }), { from: 1, to: 2, policy: late as RemotePolicy }], silent);
  const parameters = policy.parameters();
  await vi.advanceTimersByTimeAsync(20);
  // After the sleep the timer that ran out in it comes first, then the answer that waited.
  vi.runOnlyPendingTimers();
  answer(Float32Array.of(1));
  expect(await parameters).toEqual(Float32Array.of(0, 1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
});
