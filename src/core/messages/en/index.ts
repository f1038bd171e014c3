import { findings } from './findings.js';
import { grpo } from './grpo.js';
import { page } from './page.js';

export const english = { ...page, ...grpo, ...findings };
