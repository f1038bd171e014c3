import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pointing } from '../../src/ui/pointing.js';

/** The document: what is dispatched to it was pointed at elsewhere than the element. */
let elsewhere: EventTarget;
let page: EventTarget;
let element: EventTarget;
const leave = vi.fn();

beforeEach(() => {
  [elsewhere, page, element] = [new EventTarget(), new EventTarget(), new EventTarget()];
  vi.stubGlobal('document', elsewhere);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  leave.mockClear();
  Object.assign(element, { contains: (target: EventTarget) => target === element });
  pointing(leave)(element as HTMLElement);
});

afterEach(() => vi.unstubAllGlobals());

function fire(target: EventTarget, type: string, pointerType = 'touch'): number {
  target.dispatchEvent(Object.assign(new Event(type), { pointerType }));
  return leave.mock.calls.length;
}

test('a mouse that leaves ends what it pointed at; what it does elsewhere is nothing to it', () => {
  fire(element, 'pointerdown', 'mouse');
  expect(fire(elsewhere, 'pointerdown', 'mouse')).toBe(0);
  expect(fire(page, 'scroll')).toBe(0);
  expect(fire(element, 'pointerleave', 'mouse')).toBe(1);
});

test('a tap outlasts the finger until the next tap elsewhere or until the page scrolls', () => {
  for (const [target, type] of [[elsewhere, 'pointerdown'], [page, 'scroll']] as const) {
    leave.mockClear();
    fire(element, 'pointerdown');
    fire(element, 'pointerleave');
    fire(element, 'pointerdown');
    expect(fire(element, 'pointerleave')).toBe(0);
    expect(fire(target, type)).toBe(1);
    expect(fire(target, type), 'once').toBe(1);
  }
});

test('a touch that scrolls the page is not a tap', () => {
  fire(element, 'pointerdown');
  expect(fire(element, 'pointercancel')).toBe(1);
  expect(fire(page, 'scroll')).toBe(1);
});
