import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GoldenFile } from './harness.js';

/** The project's own cases, and below them those that the libraries of the field made. */
export const goldenFolders = ['.', 'libraries'].map((name) => fileURLToPath(new URL(name, import.meta.url)));

/** The golden files of a folder. */
export function readGolden(folder: string): GoldenFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as GoldenFile);
}
