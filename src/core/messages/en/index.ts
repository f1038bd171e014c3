import { bench } from './bench.js';
import { findings } from './findings.js';
import { grpo } from './grpo.js';
import { grpoMetrics } from './grpoMetrics.js';
import { grpoPresets } from './grpoPresets.js';
import { page } from './page.js';
import { session } from './session.js';
import { views } from './views.js';

export const english = { ...page, ...grpo, ...grpoMetrics, ...grpoPresets, ...session, ...findings, ...views, ...bench };
