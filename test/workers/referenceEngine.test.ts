import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';
import { DeadlineError } from '../../src/core/within.js';
import { openReferenceEngine } from '../../workers/engines/reference/referenceEngine.js';
import { testEnvironment } from '../environment.js';

afterEach(() => void vi.useRealTimers());

it('does not wait for a WebAssembly backend that never starts, which takes no other’s place where it does after all', async () => {
  const factory = tf.findBackendFactory('wasm');
  let start!: (backend: tf.KernelBackend) => void;
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => new Promise<tf.KernelBackend>((resolve) => (start = resolve)));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const stalled = expect(openReferenceEngine('reference-wasm', testEnvironment)).rejects.toThrow(DeadlineError);
  await vi.advanceTimersByTimeAsync(20_000);
  await stalled;
  vi.useRealTimers();

  await openReferenceEngine('reference-cpu', testEnvironment);
  const cpu = tf.backend();
  start(await factory());
  await new Promise((resolve) => setTimeout(resolve));
  expect(tf.backend()).toBe(cpu);
  expect(await tf.add(1, 2).data()).toEqual(Float32Array.of(3));

  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory);
  await openReferenceEngine('reference-wasm', testEnvironment);
  expect([tf.getBackend(), await tf.add(1, 2).data()]).toEqual(['wasm', Float32Array.of(3)]);
});
