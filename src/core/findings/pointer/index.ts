import type { Detector } from '../detector.js';
import { notFinite } from './notFinite.js';
import { overfitting } from './overfitting.js';
import { underfitting } from './underfitting.js';

/** The detectors of the pointer lab. */
export const detectors: readonly Detector[] = [underfitting, overfitting, notFinite];
