import type { grpo as english } from '../en/grpo.js';

export const grpo: Record<keyof typeof english, string> = {};
