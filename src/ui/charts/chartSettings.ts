import { progressKinds, type ProgressKind } from '../../core/run/progress.js';

export const bandKinds = ['sd', 'range', 'none'] as const;
export type BandKind = (typeof bandKinds)[number];
export const mostSmoothing = 0.95;

/** How all charts of a page are drawn. */
export interface ChartSettings {
  /** What is counted to the right. */
  readonly along: ProgressKind;
  /** 0 (raw) to `mostSmoothing`. */
  readonly smoothing: number;
  readonly band: BandKind;
  /** Whether outliers are left out of the scale of values. */
  readonly trimmed: boolean;
}

export const defaultSettings: ChartSettings = { along: 'step', smoothing: 0.6, band: 'sd', trimmed: false };

const key = 'charts';

/** What was chosen before in this browser, as far as it is still right. */
export function readChartSettings(): ChartSettings {
  try {
    const stored = Object(JSON.parse(localStorage.getItem(key) ?? '{}')) as Partial<Record<keyof ChartSettings, unknown>>;
    const { smoothing, trimmed } = stored;
    return {
      along: progressKinds.find((kind) => kind === stored.along) ?? defaultSettings.along,
      smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing <= mostSmoothing ? smoothing : defaultSettings.smoothing,
      band: bandKinds.find((kind) => kind === stored.band) ?? defaultSettings.band,
      trimmed: trimmed === true,
    };
  } catch {
    return defaultSettings;
  }
}

export function storeChartSettings(settings: ChartSettings): void {
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // They hold for this visit only.
  }
}
