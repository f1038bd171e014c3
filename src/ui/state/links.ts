import { scheduleOf } from '../../core/schedule.js';
import { encodeLink, type Embed, type LinkExtras } from '../../core/share.js';
import type { Run } from './run.svelte.js';

/** A query that trains a run again: with its knobs at the start, on its engine if that is asked for, and what it changed as it trained. */
export function linkOf(run: Run, { engine = false, embed, page }: { engine?: boolean; embed?: Embed | undefined; page?: LinkExtras['page'] } = {}): string {
  const { lab, preset, base, config } = run.origin;
  return encodeLink(lab, preset?.id, base, engine ? run.beginning : config, embed, { schedule: scheduleOf(lab, run.head), ...(page && { page }) });
}

/** The address of this page with another query. */
export function absoluteLink(query: string): string {
  return new URL(query, location.href).href;
}

/** What an author pastes into a page to show the playground there: high enough for so many charts, one below the other. */
export function embedSnippet(query: string, title: string, charts: number): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const source = escape(absoluteLink(query));
  const height = 190 + 300 * charts;
  return `<iframe src="${source}" title="${escape(title)}" width="100%" height="${height}" style="border:0" loading="lazy"></iframe>`;
}
