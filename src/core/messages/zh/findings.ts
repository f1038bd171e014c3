import type { findings as english } from '../en/findings.js';

export const findings: Record<keyof typeof english, string> = {};
