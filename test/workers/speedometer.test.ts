import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Speedometer } from '../../workers/session/speedometer.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Steps that take so long, each followed by as much time for something else. */
function train(speedometer: Speedometer, steps: number, milliseconds: number, rest = 0): void {
  for (let i = 0; i < steps; i++) {
    vi.advanceTimersByTime(milliseconds);
    speedometer.add(milliseconds);
    vi.advanceTimersByTime(rest);
  }
}

it('tells the time of a step, and how many there are in a second with all that comes between', () => {
  const speedometer = new Speedometer();
  expect(speedometer.speed).toEqual({});
  train(speedometer, 100, 2, 6);
  expect(speedometer.speed.msPerStep).toBe(2);
  expect(speedometer.speed.stepsPerSecond).toBeCloseTo(125, 8);
});

it('forgets the first step, which compiles, once there is another', () => {
  const speedometer = new Speedometer();
  train(speedometer, 1, 300);
  expect(speedometer.speed.msPerStep).toBe(300);
  train(speedometer, 2, 4);
  expect(speedometer.speed).toEqual({ msPerStep: 4, stepsPerSecond: 250, waiting: 0 });
});

it('follows a change within two seconds, and counts no pause', () => {
  const speedometer = new Speedometer();
  train(speedometer, 1000, 5);
  vi.advanceTimersByTime(60_000);
  speedometer.resume();
  train(speedometer, 210, 10);
  expect(speedometer.speed).toEqual({ msPerStep: 10, stepsPerSecond: 100, waiting: 0 });
});

it('tells how much of its time a run waited for the pace', () => {
  const speedometer = new Speedometer();
  for (let i = 0; i < 100; i++) {
    train(speedometer, 1, 2, 6);
    speedometer.waited(6);
  }
  expect(speedometer.speed.waiting).toBeCloseTo(0.75, 2);
});
