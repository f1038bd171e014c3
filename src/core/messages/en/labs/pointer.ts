import { pointer } from '../pointer.js';
import { pointerFindings } from '../pointerFindings.js';
import { pointerMetrics } from '../pointerMetrics.js';
import { pointerPresets } from '../pointerPresets.js';
import { pointerViews } from '../pointerViews.js';

export const texts = { ...pointer, ...pointerMetrics, ...pointerPresets, ...pointerFindings, ...pointerViews };
