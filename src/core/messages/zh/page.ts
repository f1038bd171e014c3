import type { page as english } from '../en/page.js';

export const page: Record<keyof typeof english, string> = {};
