export const detectors: readonly import('../detector.js').Detector[] = [];
