import type { Embed } from './playground.svelte.js';

const list = (items: readonly string[]): string => items.map(encodeURIComponent).join(',');

/** A page's query from the query of a config: the same, and for an embedded page also what it shows. */
export function pageQuery(link: string, embed?: Embed): string {
  const query = link.startsWith('?') ? link : `?${link}`;
  return embed ? `${query}&embed=1&knobs=${list(embed.knobs)}&charts=${list(embed.charts)}` : query;
}

/** The address of this page with another query. */
export function absoluteLink(query: string): string {
  return new URL(query, location.origin + location.pathname).href;
}

/** What an author pastes into a page to show the playground there. */
export function embedSnippet(link: string, embed: Embed, title: string): string {
  const source = absoluteLink(pageQuery(link, embed)).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${source}" title="${title}" width="100%" height="560" style="border:0" loading="lazy"></iframe>`;
}
