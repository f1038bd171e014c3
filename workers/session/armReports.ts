import type { Arm, ChangedKnob, Inspection, Update } from '../../src/core/protocol.js';
import type { Row } from '../labs/trainer.js';

export type Status = Omit<Extract<Update, { type: 'status' }>, 'type' | 'run'>;

/** A row, and how long the run had trained when it was measured, s. */
export interface TimedRow extends Row {
  readonly seconds: number;
}

/** Tells each run of a population its own part of what the population has done. */
export class ArmReports {
  private lastInspection: Inspection | undefined;

  /** @param replicas of each run */
  constructor(
    private readonly arms: readonly Arm[],
    readonly replicas: number,
    private readonly emit: (update: Update, transfer?: Transferable[]) => void,
  ) {}

  /** Where a replica of a run is in the population. */
  placeOf(run: string, replica: number): number {
    return Math.max(0, this.arms.findIndex((arm) => arm.run === run)) * this.replicas + replica;
  }

  metrics(rows: readonly TimedRow[]): void {
    if (rows.length === 0) return;
    const { replicas } = this;
    this.arms.forEach(({ run }, arm) => {
      const columns: Record<string, Float64Array> = {};
      rows.forEach(({ values }, i) => {
        for (const [metric, measured] of Object.entries(values)) {
          columns[metric] ??= new Float64Array(rows.length * replicas).fill(NaN);
          for (let r = 0; r < replicas; r++) columns[metric][i * replicas + r] = measured[arm * replicas + r]!;
        }
      });
      const steps = Int32Array.from(rows, ({ step }) => step);
      const seconds = Float64Array.from(rows, (row) => row.seconds);
      const transfer = [steps.buffer, seconds.buffer, ...Object.values(columns).map((column) => column.buffer)];
      this.emit({ type: 'metrics', run, replicas, steps, seconds, columns }, transfer);
    });
  }

  /** Nothing where it is the one told last. */
  inspection(inspection: Inspection | undefined): void {
    if (!inspection || inspection === this.lastInspection) return;
    this.lastInspection = inspection;
    const { run } = this.arms[Math.floor(inspection.replica / this.replicas)]!;
    const replica = inspection.replica % this.replicas;
    this.emit({ type: 'inspection', run, inspection: { ...inspection, replica } });
  }

  status(status: Status): void {
    // A checkpoint holds the whole population, which one run of several cannot go on from.
    const own = this.arms.length === 1 ? status : { ...status, checkpoints: [] };
    for (const { run } of this.arms) this.emit({ type: 'status', run, ...own });
  }

  changed(step: number, changes: readonly ChangedKnob[]): void {
    for (const { run } of this.arms) this.emit({ type: 'changed', run, step, changes });
  }
}
