/** The address of this page with another query. */
export function absoluteLink(query: string): string {
  return new URL(query, location.origin + location.pathname).href;
}

/** What an author pastes into a page to show the playground there. */
export function embedSnippet(query: string, title: string): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const source = escape(absoluteLink(query));
  return `<iframe src="${source}" title="${escape(title)}" width="100%" height="560" style="border:0" loading="lazy"></iframe>`;
}
