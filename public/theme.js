// Runs before the first paint, so that a chosen theme never flashes. Storage throws in sandboxed frames.
let theme = new URLSearchParams(location.search).get('theme')?.toLowerCase();
try {
  theme ??= localStorage.getItem('theme');
} catch {}
const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
document.documentElement.dataset.theme = theme === 'dark' || theme === 'light' ? theme : system;
