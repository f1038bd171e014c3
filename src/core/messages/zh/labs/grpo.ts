import type { texts as english } from '../../en/labs/grpo.js';
import { grpo } from '../grpo.js';
import { grpoAdvantages } from '../grpoAdvantages.js';
import { grpoFindings } from '../grpoFindings.js';
import { grpoMetrics } from '../grpoMetrics.js';
import { grpoPolicyLoss } from '../grpoPolicyLoss.js';
import { grpoPresets } from '../grpoPresets.js';
import { grpoViews } from '../grpoViews.js';

export const texts: Record<keyof typeof english, string> = {
  ...grpo, ...grpoAdvantages, ...grpoMetrics, ...grpoPolicyLoss, ...grpoPresets, ...grpoFindings, ...grpoViews,
};
