import type { ProgressKind } from '../../core/run/progress.js';
import type { PlaceRange } from './lines.js';

/** What was chosen for one chart; the same chart on the whole screen shares it. */
export class ChartChoice {
  /** Whether its axis of values is logarithmic; as its metric has it where nobody chose. */
  log = $state<boolean>();
  private zoomed = $state.raw<{ readonly along: ProgressKind; readonly range: PlaceRange | undefined }>();

  /** What it shows of the runs, where it was zoomed: a place in steps is none in samples. */
  range(along: ProgressKind): PlaceRange | undefined {
    return this.zoomed?.along === along ? this.zoomed.range : undefined;
  }

  zoom(along: ProgressKind, range?: PlaceRange): void {
    this.zoomed = { along, range };
  }
}
