import { createContext } from 'svelte';
import type { Opening } from './opening.svelte.js';

/** What opens files of runs, for every component below `App`. */
export const [getOpening, setOpening] = createContext<Opening>();
