// Runs before the first paint, so that a chosen theme never flashes; src/ui/state/settings.svelte.ts takes over.
document.documentElement.dataset.theme =
  localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
