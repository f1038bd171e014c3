import type { texts as english } from '../../en/labs/reward-model.js';
import { rewardModel } from '../rewardModel.js';
import { rewardModelFindings } from '../rewardModelFindings.js';
import { rewardModelMetrics } from '../rewardModelMetrics.js';
import { rewardModelPresets } from '../rewardModelPresets.js';
import { rewardModelViews } from '../rewardModelViews.js';

export const texts: Record<keyof typeof english, string> = {
  ...rewardModel, ...rewardModelMetrics, ...rewardModelPresets, ...rewardModelFindings, ...rewardModelViews,
};
