import { ESLint } from 'eslint';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

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

/** Each folder with those beside it that it imports from; a folder and what it holds are not two. */
function folderImports(graph: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [file, targets] of graph) {
    for (const target of targets) {
      const [from, to] = [file.split('/'), target.split('/')];
      const apart = from.findIndex((part, i) => part !== to[i]);
      // A file beside a folder, such as a list of what is in it, is no folder.
      if (apart < 0 || apart + 1 === from.length || apart + 1 === to.length) continue;
      const [own, other] = [from, to].map((parts) => parts.slice(0, apart + 1).join('/')) as [string, string];
      folders.set(own, [...(folders.get(own) ?? []), other]);
    }
  }
  return folders;
}

it('no folder imports from itself by way of those beside it', () => {
  const folders = folderImports(imports(['src', 'workers']));
  expect(folders.get('workers/session')).toContain('workers/engines');
  expect(circle(folders)).toBeUndefined();
});

it('a circle of folders would be found', () => {
  const graph = new Map([['a/b/x.ts', ['a/c/d/y.ts', 'a/z.ts']], ['a/z.ts', ['a/b/x.ts']], ['a/c/u.ts', ['a/b/v.ts']]]);
  expect(circle(folderImports(graph))).toEqual(['a/b', 'a/c', 'a/b']);
});

it('a circle would be found', () => {
  expect(circle(new Map([['a', ['b']], ['b', ['c', 'd']], ['c', []], ['d', ['b']]]))).toEqual(['b', 'd', 'b']);
});

describe('lint holds the arrows of the layout', { timeout: 60_000 }, () => {
  const eslint = new ESLint();
  /** The rules that an import of `specifier` breaks in a file, statically and by `import()`. */
  const broken = async (file: string, specifier: string): Promise<string[]> => {
    const results = await eslint.lintText(`import '${specifier}';\nvoid import('${specifier}');\n`, { filePath: file });
    return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId!)).sort();
  };

  it.each([
    ['src/core/problem.ts', '../ui/App.svelte'],
    ['src/core/problem.ts', '../../workers/session/session.js'],
    ['src/core/findings/trial.ts', '../labs/grpo/index.js'],
    ['src/ui/state/run.svelte.ts', '../../../workers/session/session.js'],
    ['workers/programs/bench.ts', '../../src/ui/App.svelte'],
    ['workers/session/session.ts', '../programs/bench.js'],
    ['workers/labs/trainer.ts', '../session/session.js'],
    ['workers/labs/trainer.ts', '../engines/cpu/cpuEngine.js'],
    ['workers/model/encoder.ts', '../labs/trainer.js'],
    ['workers/losses/infoNCE.ts', '../engines/reference/transformer.js'],
    ['workers/optimizer/learningRate.ts', '../engines/webgpu/webgpuEngine.js'],
    ['workers/engines/policy.ts', './cpu/cpuEngine.js'],
    ['workers/engines/learner.ts', '../model/encoder.js'],
    ['workers/engines/openEngine.ts', '../labs/trainer.js'],
    ['workers/engines/cpu/cpuEngine.ts', '../reference/transformer.js'],
    ['workers/engines/cpu/cpuEngine.ts', '../webgpu/webgpuEngine.js'],
    ['workers/engines/webgpu/webgpuEngine.ts', '../cpu/cpuEngine.js'],
    ['workers/engines/webgpu/webgpuEngine.ts', '../reference/transformer.js'],
    ['workers/engines/reference/referenceEngine.ts', '../cpu/cpuEngine.js'],
    ['workers/engines/reference/quirks/wasmMatMul.ts', '../../../model/encoder.js'],
  ])('%s may not import %s', async (file, specifier) => {
    expect(await broken(file, specifier)).toEqual(['no-restricted-imports', 'no-restricted-syntax']);
  });

  it.each([
    ['workers/labs/trainer.ts', '../engines/policy.js'],
    ['workers/model/encoder.ts', '../engines/operations.js'],
    ['workers/engines/openEngine.ts', './webgpu/webgpuEngine.js'],
    ['workers/engines/cpu/cpuEngine.ts', '../engine.js'],
  ])('%s may import %s', async (file, specifier) => {
    expect(await broken(file, specifier)).toEqual([]);
  });
});
