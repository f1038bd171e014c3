import type { english } from '../en/index.js';
import { carry } from './carry.js';
import { charts } from './charts.js';
import { differences } from './differences.js';
import { labs } from './labs.js';
import { page } from './page.js';
import { session } from './session.js';
import { shelf } from './shelf.js';
import { views } from './views.js';

export const chinese: Record<keyof typeof english, string> = {
  ...page, ...labs, ...session, ...views, ...charts, ...carry, ...differences, ...shelf,
};
