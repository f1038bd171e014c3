/** Seconds that a run takes at least, so that people can follow; 0: as fast as it goes. */
export const paces = [60, 20, 5, 0] as const;
export type Pace = (typeof paces)[number];
