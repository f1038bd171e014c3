import { mount } from 'svelte';
import App from './App.svelte';
import { IndexedDbArchive } from './archive/indexedDbArchive.js';
import { decodePage } from './core/share.js';
import { Opening } from './ui/carry/opening.svelte.js';
import { Playground } from './ui/state/playground.svelte.js';
import Workbench from './ui/layout/Workbench.svelte';
import { settings } from './ui/state/settings.svelte.js';
import './ui/theme.css';

const { search, href } = location;
const target = document.getElementById('app')!;

/** Loads what the view needs; returns how to show it. */
async function load(): Promise<() => void> {
  if (new URLSearchParams(search).has('bench')) {
    await settings.start(decodePage(search), 'bench');
    const { default: BenchPage } = await import('./ui/bench/BenchPage.svelte');
    return () => mount(BenchPage, { target });
  }
  const archive = new IndexedDbArchive((cleared) => playground.shelf.cleared(cleared));
  const playground: Playground = new Playground(search, new URL('./', href).href, archive);
  const opening = new Opening(playground, playground.shelf.open());
  const { page, lab, namesLab, view: { runs, pace } } = playground.openedBy;
  await settings.start(page, lab.id);
  // As the link asks, and for this view alone.
  if (pace !== undefined) settings.pace = pace;
  if (runs !== undefined) void opening.openAddress(runs, !namesLab);
  // Most pages are no frame of another one.
  const View = playground.openedBy.embed ? (await import('./ui/layout/EmbedView.svelte')).default : Workbench;
  return () => mount(App, { target, props: { playground, opening, View } });
}

// Until the page is up, and where it cannot start, public/start.js says how things are.
load().then(
  (show) => {
    show();
    document.getElementById('start')!.remove();
    delete document.documentElement.dataset.start;
  },
  (error: unknown) => dispatchEvent(new CustomEvent('filemissing', { detail: error })),
);
