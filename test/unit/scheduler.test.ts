import { describe, expect, it } from 'vitest';
import { createScheduler, type Frames } from '../../src/ui/charts/scheduler.js';

/** A browser whose clock only moves while something draws. */
function fakeFrames() {
  let now = 0;
  let callbacks: (() => void)[] = [];
  let idle: (() => void)[] = [];
  const visibility = new Map<Element, (visible: boolean) => void>();
  const frames: Frames = {
    request: (callback) => void callbacks.push(callback),
    whenIdle: (callback) => void idle.push(callback),
    now: () => now,
    watchVisibility(element, changed) {
      visibility.set(element, changed);
      return () => visibility.delete(element);
    },
  };
  return {
    frames,
    work: (ms: number) => void (now += ms),
    show: (element: Element, visible: boolean) => visibility.get(element)!(visible),
    /** There is nothing else to do; whether something was waiting for that. */
    rest(): boolean {
      const due = idle;
      idle = [];
      for (const callback of due) callback();
      return due.length > 0;
    },
    /** Runs one frame; whether there was one. */
    frame(): boolean {
      const due = callbacks;
      callbacks = [];
      for (const callback of due) callback();
      return due.length > 0;
    },
  };
}

describe('the draw scheduler', () => {
  function charts(count: number, cost: number) {
    const fake = fakeFrames();
    const { register, drawAll } = createScheduler(fake.frames);
    const drawn: number[] = [];
    const handles = Array.from({ length: count }, (_, i) => {
      const element = {} as Element;
      const handle = register({
        element,
        draw() {
          fake.work(cost);
          drawn.push(i);
        },
      });
      return { ...handle, show: (visible: boolean) => fake.show(element, visible) };
    });
    return { fake, handles, drawn, drawAll };
  }

  it('draws for the first time when there is nothing else to do what nobody has scrolled to, one after another', () => {
    const { fake, handles, drawn } = charts(3, 1);
    handles[0]!.show(true);
    fake.frame();
    handles[2]!.dispose();
    for (let i = 0; i < 10 && fake.rest(); i++) expect(drawn.length).toBeLessThanOrEqual(i + 2);
    expect(drawn).toEqual([0, 1]);
    handles[1]!.invalidate();
    expect([fake.rest(), fake.frame()]).toEqual([false, false]);
    handles[1]!.show(true);
    fake.frame();
    expect(drawn).toEqual([0, 1, 1]);
  });

  it('draws nothing that is not on the screen, and draws it when it comes into view', () => {
    const { fake, handles, drawn } = charts(2, 1);
    handles[0]!.show(true);
    fake.frame();
    handles[1]!.invalidate();
    fake.frame();
    expect(drawn).toEqual([0]);
    handles[1]!.show(true);
    fake.frame();
    expect(drawn).toEqual([0, 1]);
    expect(fake.frame()).toBe(false);
  });

  it('keeps to 8 ms a frame and lets every chart have its turn though all are dirty all the time', () => {
    const { fake, handles, drawn } = charts(20, 3);
    for (const handle of handles) handle.show(true);
    // What a chart costs is known once it has been drawn.
    while (fake.frame());
    drawn.length = 0;
    for (let frame = 0; frame < 40; frame++) {
      for (const handle of handles) handle.invalidate();
      const before = drawn.length;
      fake.frame();
      expect(drawn.length - before).toBe(2);
    }
    const turns = handles.map((_, i) => drawn.filter((chart) => chart === i).length);
    expect(turns).toEqual(handles.map(() => 4));
  });

  it('gives each half of a long drawing a frame of its own, both one where they are short, and what changes between them is drawn too', () => {
    const fake = fakeFrames();
    const { register } = createScheduler(fake.frames);
    const done: string[] = [];
    const element = {} as Element;
    let [cost, value] = [7, 'old'];
    const handle = register({
      element,
      draw() {
        const seen = value;
        fake.work(cost);
        done.push(`prepare ${seen}`);
        return () => {
          fake.work(cost);
          done.push(`finish ${seen}`);
        };
      },
    });
    fake.show(element, true);
    fake.frame();
    expect(done).toEqual(['prepare old']);
    value = 'new';
    handle.invalidate();
    fake.frame();
    expect(done).toEqual(['prepare old', 'finish old']);
    while (fake.frame());
    expect(done.slice(2)).toEqual(['prepare new', 'finish new']);
    done.length = 0;
    cost = 1;
    for (let round = 0; round < 2; round++) {
      handle.invalidate();
      while (fake.frame());
    }
    done.length = 0;
    handle.invalidate();
    fake.frame();
    expect(done).toEqual(['prepare new', 'finish new']);
  });

  it('draws at once what is out of date for paper, also what is not on the screen, and nothing twice', () => {
    const { fake, handles, drawn, drawAll } = charts(4, 3);
    handles[0]!.show(true);
    fake.frame();
    handles[1]!.show(true);
    handles[3]!.dispose();
    drawAll();
    expect(drawn).toEqual([0, 1, 2]);
    drawAll();
    while (fake.frame());
    expect(drawn).toEqual([0, 1, 2]);
  });

  it('draws the rest when one chart throws', () => {
    const fake = fakeFrames();
    const { register } = createScheduler(fake.frames);
    const elements = [{} as Element, {} as Element];
    let drawn = 0;
    register({ element: elements[0]!, draw: () => { throw new Error('broken'); } });
    register({ element: elements[1]!, draw: () => void drawn++ });
    for (const element of elements) fake.show(element, true);
    expect(() => fake.frame()).toThrow('broken');
    fake.frame();
    expect(drawn).toBe(1);
  });
});
