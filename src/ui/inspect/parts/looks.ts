/** How series and groups of a view are told apart: by colour and by shape or filling, never by colour alone. */
const colors = 6;

/** Around (0, 0), as SVG paths, about 9 px wide. */
const shapes = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'M-3.6-3.6h7.2v7.2h-7.2z',
  'M0-4.8 4.6 3.6h-9.2z',
  'M0-5 5 0 0 5-5 0z',
  'M0 4.8 4.6-3.6h-9.2z',
  'M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z',
];

export interface Look {
  /** `var(--series-0)` */
  readonly color: string;
  readonly shape: string;
}

/** Of the `i`-th group: 36 differ. */
export function lookOf(i: number): Look {
  const round = Math.floor(i / colors);
  return { color: `var(--series-${i % colors})`, shape: shapes[(i + round) % shapes.length]! };
}

export type Filling = 'full' | 'hatched' | 'empty';

/** Of the `i`-th series of bars. */
export function fillingOf(i: number): Filling {
  return (['full', 'hatched', 'empty'] as const)[i % 3]!;
}
