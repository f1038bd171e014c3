import { mount } from 'svelte';
import App from './App.svelte';
import { labs } from './core/labs/index.js';
import { decodeLink } from './core/share.js';
import { settings } from './ui/state/settings.svelte.js';
import './ui/theme.css';

const search = new URLSearchParams(location.search);
const benches = search.has('bench');
await settings.start(search, benches ? undefined : decodeLink(location.search, labs).lab.id);
const root = benches ? (await import('./ui/bench/BenchPage.svelte')).default : App;
mount(root, { target: document.getElementById('app')! });
