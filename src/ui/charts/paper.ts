import type { ChartTheme } from './theme.js';

/** The light theme of the page, for pictures that are drawn where there is no page: a test holds them to theme.css. */
export const paperColors: Readonly<Record<string, string>> = {
  '--surface': '#ffffff', '--ink': '#141b26', '--ink-2': '#4d5868', '--ink-3': '#677283', '--grid': '#e7eaee', '--accent': '#2563eb',
  '--warning': '#a65300', '--alarm': '#b3202a',
  '--series-0': '#2563eb', '--series-1': '#c4570a', '--series-2': '#0f8a66', '--series-3': '#b0468a', '--series-4': '#9a7a00',
  '--series-5': '#783c00', '--series-6': '#7a52d1', '--series-7': '#6b7a0c', '--series-8': '#c2334d', '--series-9': '#1b2330',
};

const of = (name: string): string => paperColors[name]!;

/** For a picture on white. */
export const paperTheme: ChartTheme = {
  resolve: (color) => paperColors[/^var\((--[\w-]+)\)$/.exec(color.trim())?.[1] ?? ''] ?? color,
  surface: of('--surface'), ink: of('--ink'), secondary: of('--ink-2'), muted: of('--ink-3'), grid: of('--grid'), accent: of('--accent'),
  warning: of('--warning'), alarm: of('--alarm'),
  font: 'system-ui, sans-serif', fontSize: 11,
};
