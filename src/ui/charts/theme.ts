import { color } from 'chart.js/helpers';

/** The page's colours and font as the canvas needs them: resolved values of its custom properties. */
export interface ChartTheme {
  /** The value of a colour that may be a custom property: `var(--series-0)`. */
  readonly resolve: (color: string) => string;
  readonly surface: string;
  readonly ink: string;
  /** Less than ink, more than muted. */
  readonly secondary: string;
  readonly muted: string;
  readonly grid: string;
  readonly accent: string;
  readonly warning: string;
  readonly alarm: string;
  readonly font: string;
  /** Of everything written in a chart, px. */
  readonly fontSize: number;
}

const changed = new Set<() => void>();
let properties: CSSStyleDeclaration | undefined;
let current: ChartTheme | undefined;

function property(name: string): string {
  properties ??= getComputedStyle(document.documentElement);
  return properties.getPropertyValue(name).trim();
}

/** Read once and kept until the theme changes: reading styles while charts draw would force layouts. */
export function chartTheme(): ChartTheme {
  current ??= {
    resolve: resolveColor,
    surface: property('--surface'),
    ink: property('--ink'),
    secondary: property('--ink-2'),
    muted: property('--ink-3'),
    grid: property('--grid'),
    accent: property('--accent'),
    warning: property('--warning'),
    alarm: property('--alarm'),
    font: getComputedStyle(document.body).fontFamily,
    fontSize: 11,
  };
  return current;
}

/** A colour that the canvas understands: `var(--series-0)` becomes its value. */
export function resolveColor(value: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(value.trim())?.[1];
  return name === undefined ? value : property(name);
}

/** The same colour with an opacity from 0 to 1. */
export function withAlpha(value: string, alpha: number): string {
  return color(value).alpha(alpha).rgbString();
}

function forget(): void {
  properties = current = undefined;
  for (const listener of changed) listener();
}

/** Gives the page the light theme, which is made for white, before it is printed; returns how it comes back to its own. */
export function onPaper(): () => void {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  const show = (shown: string | undefined): void => {
    dataset.theme = shown;
    // What is drawn next has its colours; an observer would tell too late.
    forget();
  };
  show('light');
  return () => show(theme);
}

/** A page that is zoomed, or comes to another screen, has other pixels. */
function watchPixels(): void {
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => {
    forget();
    watchPixels();
  }, { once: true });
}

let watching = false;

/** Calls back whenever the page's theme or the size of its pixels changes; returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  if (!watching) {
    watching = true;
    new MutationObserver(forget).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', forget);
    watchPixels();
  }
  changed.add(listener);
  return () => changed.delete(listener);
}
