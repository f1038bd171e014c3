/*
 * Runs before the first paint and before the page's own code, also in browsers that do not understand that: it decides
 * language and theme, so that neither flashes, and says what keeps the page from starting (see index.html).
 */
(() => {
  const root = document.documentElement;
  const link = new URLSearchParams(location.search);

  /** What was chosen before; storage throws in sandboxed frames. */
  const remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const themes = [link.get('theme'), remembered('theme'), system];
  const languages = [link.get('lang'), remembered('language'), navigator.language];
  const theme = themes.find((one) => /^(light|dark)$/i.test(one));
  const language = languages.find((one) => /^(en|zh)(-|$)/i.test(one));
  root.dataset.theme = theme.toLowerCase();
  root.lang = /^zh/i.test(language) ? 'zh-CN' : 'en';

  /** Loading that takes longer is remarked on, ms. */
  const patience = 10000;

  root.dataset.start = 'loading';

  /** A style sheet that does not come hides everything: lets it come later. */
  const showUnstyled = () =>
    document.querySelectorAll('link[rel=stylesheet]').forEach((awaited) => {
      if (awaited.sheet) return;
      const later = awaited.cloneNode();
      later.media = 'not all';
      later.addEventListener('load', () => (later.media = 'all'));
      awaited.replaceWith(later);
    });

  /** Says how things are, until the page is up. The first reason counts: others come of it. */
  const say = (state, detail) => {
    if (!/^(loading|slow)$/.test(root.dataset.start)) return;
    root.dataset.start = state;
    showUnstyled();
    const write = () => document.querySelectorAll('#start .detail').forEach((place) => (place.textContent = detail));
    write();
    document.addEventListener('DOMContentLoaded', write);
  };

  /** A file that did not come, by its address; from disk and in a sandbox none can. */
  const missing = (address) => {
    if (location.protocol === 'file:') say('file', '');
    else if (self.origin === 'null') say('sandbox', '');
    else say('missing', address);
  };

  addEventListener(
    'error',
    ({ target, error, message }) => {
      if (target instanceof Element) missing(target.src || target.href);
      else say(error instanceof SyntaxError ? 'old' : 'failed', message);
    },
    true,
  );
  addEventListener('unhandledrejection', ({ reason }) => say('failed', String(reason)));
  // The page's own word for what it asked for itself: see src/main.ts.
  addEventListener('filemissing', ({ detail }) => missing(String(detail)));
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('#start button')) location.reload();
  });

  // Browsers without modules leave the page's code alone.
  if (!('noModule' in document.createElement('script'))) say('old', '');

  setTimeout(() => say('slow', ''), patience);
})();
