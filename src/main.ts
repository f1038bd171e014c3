import { mount } from 'svelte';
import App from './App.svelte';
import { settings } from './ui/state/settings.svelte.js';
import './ui/theme.css';

await settings.start(new URLSearchParams(location.search));
mount(App, { target: document.getElementById('app')! });
