import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const specifiers = /(?:from\s+|import\s*\(\s*|import\s+)'(\.{1,2}\/[^'?]+)/g;

/** Every source file with the files that it imports, types included. */
function imports(folders: readonly string[]): Map<string, string[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|svelte)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  return new Map(
    files.map((file) => {
      const found = [...readFileSync(file, 'utf8').matchAll(specifiers)].map(([, specifier]) => path.join(path.dirname(file), specifier!));
      return [file, found.map((target) => target.replace(/\.js$/, '.ts')).map((target) => (existsSync(target) ? target : `${target}.ts`))];
    }),
  );
}

/** The first way round that leads from a file back to itself. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

it('no file imports itself by way of others', () => {
  const graph = imports(['src', 'workers', 'test']);
  expect(graph.size).toBeGreaterThan(300);
  expect(graph.get('workers/session/session.ts')).toContain('workers/session/chooseEngine.ts');
  expect(circle(graph)).toBeUndefined();
});

it('a circle would be found', () => {
  expect(circle(new Map([['a', ['b']], ['b', ['c', 'd']], ['c', []], ['d', ['b']]]))).toEqual(['b', 'd', 'b']);
});
