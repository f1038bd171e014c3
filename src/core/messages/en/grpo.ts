export const grpo = {} as const;
