// Runs before the first paint, so that a chosen theme never flashes. Storage throws in sandboxed frames.
let theme;
try {
  theme = localStorage.getItem('theme');
} catch {}
document.documentElement.dataset.theme = theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
