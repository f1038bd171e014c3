import type { TestProject } from 'vitest/node';
import { preview } from 'vite';
import { ensureBuild, root } from '../../scripts/setup.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built page is served, ending in '/'. */
    address: string;
  }
}

/** Serves the built page from a sub-folder, as a documentation site would. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  if (!ensureBuild()) throw new Error('the page does not build');
  const server = await preview({ root, base: '/docs/playground/', logLevel: 'warn', preview: { host: 'localhost', port: 4273 } });
  project.provide('address', server.resolvedUrls!.local[0]!);
  return () => server.close();
}
