import type { texts as english } from '../../en/labs/pointer.js';
import { pointer } from '../pointer.js';
import { pointerFindings } from '../pointerFindings.js';
import { pointerMetrics } from '../pointerMetrics.js';
import { pointerPresets } from '../pointerPresets.js';
import { pointerViews } from '../pointerViews.js';

export const texts: Record<keyof typeof english, string> = {
  ...pointer, ...pointerMetrics, ...pointerPresets, ...pointerFindings, ...pointerViews,
};
