/** Runs as files: what can be opened again, and reports. Loaded when the first of them is asked for. */
import { encodeRun } from '../../core/run/encode.js';
import type { Block, Figure } from '../../core/run/document.js';
import { toHtml } from '../../core/run/html.js';
import { toMarkdown } from '../../core/run/markdown.js';
import { reportOf } from '../../core/run/report.js';
import { recipeName } from '../state/describe.js';
import { absoluteLink, linkOf } from '../state/links.js';
import type { Playground } from '../state/playground.svelte.js';
import type { Run } from '../state/run.svelte.js';
import { settings } from '../state/settings.svelte.js';
import { evidenceValues, noteText } from '../state/wording.js';
import { drawnRuns, figuresOf } from './figures.js';

export interface NamedFile {
  readonly name: string;
  readonly content: Blob;
}

/** One file of JSON lines with these runs, whose measurements have been loaded. */
export function runsFile(runs: readonly Run[], foreground: Run | undefined): NamedFile {
  const parts = runs.map((run) => encodeRun(run.record, { ...run.label, foreground: run === foreground }));
  return { name: `${baseName(runs)}.jsonl`, content: new Blob(parts, { type: 'application/x-ndjson' }) };
}

/** As Markdown that can be pasted where there are no files beside it. */
export function reportText(playground: Playground, runs: readonly Run[]): string {
  return toMarkdown(report(playground, runs), 'none');
}

/**
 * Markdown, and its figures as files beside it: GitHub, GitLab and Confluence show pictures of files, and neither SVG nor
 * data that stands in the text.
 */
export function reportFiles(playground: Playground, runs: readonly Run[]): readonly NamedFile[] {
  const name = baseName(runs);
  const own = figuresOf(playground, runs).map((figure) => ({ ...figure, name: `${name}-${figure.name}` }));
  const markdown = new Blob([toMarkdown(report(playground, runs, own), 'files')], { type: 'text/markdown' });
  return [
    { name: `${name}.md`, content: markdown },
    ...own.map(({ name: figure, svg }) => ({ name: `${figure}.svg`, content: new Blob([svg], { type: 'image/svg+xml' }) })),
  ];
}

/** One page with its figures in it. */
export function reportPage(playground: Playground, runs: readonly Run[]): NamedFile {
  const blocks = report(playground, runs, figuresOf(playground, runs));
  const language = settings.language === 'zh' ? 'zh-CN' : 'en';
  const name = baseName(runs);
  return { name: `${name}.html`, content: new Blob([toHtml(blocks, name, language)], { type: 'text/html' }) };
}

function report(playground: Playground, runs: readonly Run[], figures: readonly Figure[] = []): Block[] {
  const { t, optional } = settings;
  // Several are called by what they do not have in common, as on the charts.
  const called = new Map(drawnRuns(playground, runs).map(({ id, label }) => [id, label]));
  const reported = runs.map((run) => ({
    head: run.head,
    name: run.label.name ?? (runs.length > 1 ? called.get(run.id)! : recipeName(run.origin.lab, run.origin, t)),
    note: run.label.note,
    link: absoluteLink(linkOf(run, { engine: true })),
    recorded: run.label.recorded,
  }));
  const wording = { t, optional, evidence: evidenceValues, note: (note: Run['head']['notes'][number]) => noteText(note, t, optional) };
  return reportOf(playground.setup.lab, reported, wording, figures);
}

/** `grpo-collapse-2026-10-07`, `grpo-3-runs-2026-10-07` */
function baseName(runs: readonly Run[]): string {
  const presets = new Set(runs.map(({ origin }) => origin.preset?.id ?? 'own'));
  const what = presets.size === 1 ? [...presets][0]! : `${runs.length}-runs`;
  const day = new Date(Math.max(...runs.map(({ head }) => head.created)));
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return `${runs[0]!.origin.lab.id}-${what}-${date}`;
}
