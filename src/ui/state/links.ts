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
