import type { ChartTheme } from './theme.js';

/** The light theme of the page, for pictures that are drawn where there is no page: a test holds them to theme.css. */
export const paperColors: Readonly<Record<string, string>> = {
  '--surface': '#ffffff', '--ink': '#141b26', '--ink-2': '#4d5868', '--ink-3': '#677283', '--grid': '#e7eaee', '--accent': '#2563eb',
  '--warning': '#a65300', '--alarm': '#b3202a',
  '--series-0': '#0089ad', '--series-1': '#c38705', '--series-2': '#096c54', '--series-3': '#6128a0', '--series-4': '#20a39c',
  '--series-5': '#f36274', '--series-6': '#d11e7a', '--series-7': '#1c955a', '--series-8': '#7e0f56', '--series-9': '#9a84e7',
};

const of = (name: string): string => paperColors[name]!;

/** For a picture on white. */
export const paperTheme: ChartTheme = {
  resolve: (color) => paperColors[/^var\((--[\w-]+)\)$/.exec(color.trim())?.[1] ?? ''] ?? color,
  surface: of('--surface'), ink: of('--ink'), secondary: of('--ink-2'), muted: of('--ink-3'), grid: of('--grid'), accent: of('--accent'),
  warning: of('--warning'), alarm: of('--alarm'),
  font: 'system-ui, sans-serif', fontSize: 11,
};
