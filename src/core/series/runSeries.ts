import { Growable } from './growable.js';

/** Rows of metrics as the worker sends them. */
export interface MetricRows {
  /** One number a row, never falling. */
  readonly steps: Int32Array;
  /** Metric id → values [rows × replicas], NaN where not measured. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

interface Column {
  readonly steps: Growable<Int32Array<ArrayBuffer>>;
  /** [points × replicas] */
  readonly values: Growable<Float64Array<ArrayBuffer>>;
}

/** The metrics of one run. A metric keeps a point only for rows in which some replica was measured. */
export class RunSeries {
  private readonly columns = new Map<string, Column>();
  private last = -1;

  constructor(readonly replicas: number) {}

  /** Adds rows at the end. Throws RangeError where a column does not have one value a row and replica. */
  append({ steps, columns }: MetricRows): void {
    const { replicas } = this;
    for (const [metric, values] of Object.entries(columns)) {
      if (values.length !== steps.length * replicas) {
        throw new RangeError(`${metric}: ${values.length} values for ${steps.length} rows of ${replicas} replicas`);
      }
      let column = this.columns.get(metric);
      for (let row = 0; row < steps.length; row++) {
        const start = row * replicas;
        let measured = false;
        for (let k = 0; k < replicas; k++) measured ||= !Number.isNaN(values[start + k]!);
        if (!measured) continue;
        if (!column) this.columns.set(metric, (column = { steps: Growable.int32(), values: Growable.float64() }));
        column.steps.push(steps[row]!);
        for (let k = 0; k < replicas; k++) column.values.push(values[start + k]!);
      }
    }
    this.last = steps.at(-1) ?? this.last;
  }

  /** The step of the last row; −1 before the first. */
  get lastStep(): number {
    return this.last;
  }

  /** Those measured so far. */
  metrics(): string[] {
    return [...this.columns.keys()];
  }

  has(metric: string): boolean {
    return this.columns.has(metric);
  }

  /** The number of rows in which the metric was measured in any replica. */
  points(metric: string): number {
    return this.columns.get(metric)?.steps.length ?? 0;
  }

  /** The step of the metric's `i`-th point; NaN if there is none. */
  step(metric: string, i: number): number {
    return this.columns.get(metric)?.steps.at(i) ?? NaN;
  }

  /** The steps of all its points, without a copy. */
  steps(metric: string): Int32Array {
    return this.columns.get(metric)?.steps.view() ?? new Int32Array();
  }

  /** NaN where the replica was not measured or there is no such point. */
  value(metric: string, i: number, replica: number): number {
    if (replica >= this.replicas) return NaN;
    return this.columns.get(metric)?.values.at(i * this.replicas + replica) ?? NaN;
  }
}
