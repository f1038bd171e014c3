/** Room for the value axis, px: the same in all charts, so that their steps line up. */
export const axisWidth = 40;
export const axisHeight = 23;
/** At the top what chart.js takes for half a tick's label, if not given: less would move the plot. */
export const padding = { top: 13, right: 10, bottom: 0, left: 0 };

/** A plot's rectangle, CSS pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The plot's rectangle in a chart of this size. */
export function plotArea(width: number, height: number): Area {
  return { left: axisWidth, right: width - padding.right, top: padding.top, bottom: height - axisHeight };
}
