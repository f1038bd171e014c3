export type Language = 'en' | 'zh';
export type Catalogue = Readonly<Record<string, string>>;

/** The registry: the texts of each lab, and of the bench's page, a module a language. */
export const labTexts: Readonly<Record<string, Record<Language, () => Promise<{ readonly texts: Catalogue }>>>> = {
  grpo: { en: () => import('./en/labs/grpo.js'), zh: () => import('./zh/labs/grpo.js') },
  biencoder: { en: () => import('./en/labs/biencoder.js'), zh: () => import('./zh/labs/biencoder.js') },
  'reward-model': { en: () => import('./en/labs/reward-model.js'), zh: () => import('./zh/labs/reward-model.js') },
  pointer: { en: () => import('./en/labs/pointer.js'), zh: () => import('./zh/labs/pointer.js') },
  bench: {
    en: async () => ({ texts: (await import('./en/bench.js')).bench }),
    zh: async () => ({ texts: (await import('./zh/bench.js')).bench }),
  },
};
