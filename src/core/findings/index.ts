import type { Detector } from './detector.js';

/** The detectors of the GRPO lab. */
export const detectors: readonly Detector[] = [];
