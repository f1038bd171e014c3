import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import { expect, test } from 'vitest';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('what says why the page cannot start can be read by browsers of 2019', () => {
  const script = read('public/start.js');
  const languageOptions = { ecmaVersion: 2019, sourceType: 'script' } as const;
  expect(new Linter().verify(script, { languageOptions })).toEqual([]);
});

test('what is said before the page is up is the same in both languages', () => {
  const [, english, chinese] = read('index.html').split(/<div lang="[\w-]+">/);
  const states = (part: string): string[] => [...part.matchAll(/data-on="([^"]*)"/g)].map((match) => match[1]!);
  expect(states(english!).length).toBeGreaterThan(8);
  expect(states(chinese!)).toEqual(states(english!));
});

test('each state that the start script or the page sets is one that the style sheet shows a text for', () => {
  const set = [...read('public/start.js').matchAll(/say\(([^,]+),/g)].flatMap(([, state]) => state!.match(/'(\w+)'/g) ?? []).map((state) => state.slice(1, -1));
  const shown = [...read('public/start.css').matchAll(/\[data-start='(\w+)'\] #start \[data-on~='\1'\]/g)].map((match) => match[1]);
  const texts = [...read('index.html').matchAll(/data-on="([^"]*)"/g)].flatMap((match) => match[1]!.split(' '));
  expect(set.length).toBeGreaterThan(5);
  for (const state of ['loading', ...set]) {
    expect(shown, state).toContain(state);
    expect(texts, state).toContain(state);
  }
});
