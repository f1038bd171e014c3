import { createContext } from 'svelte';
import type { Playground } from './playground.svelte.js';

/** The one playground of the page, for every component below `App`. */
export const [getPlayground, setPlayground] = createContext<Playground>();
