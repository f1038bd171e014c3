import { carry } from './carry.js';
import { charts } from './charts.js';
import { differences } from './differences.js';
import { labs } from './labs.js';
import { page } from './page.js';
import { session } from './session.js';
import { shelf } from './shelf.js';
import { views } from './views.js';

/** What the page says whatever the lab. */
export const english = { ...page, ...labs, ...session, ...views, ...charts, ...carry, ...differences, ...shelf };
