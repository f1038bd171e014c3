import { mount } from 'svelte';
import App from './App.svelte';
import { settings } from './ui/state/settings.svelte.js';
import './ui/theme.css';

const search = new URLSearchParams(location.search);
await settings.start(search);
const root = search.has('bench') ? (await import('./ui/bench/BenchPage.svelte')).default : App;
mount(root, { target: document.getElementById('app')! });
