import { Growable } from './growable.js';

/** Rows of metrics as the worker sends them, and as an archive keeps them. */
export interface MetricRows {
  /** One number a row, never falling. */
  readonly steps: Int32Array;
  /** How long the run had trained when the row was measured, one number a row, s: without pauses. */
  readonly seconds: Float64Array;
  /** Metric id → values [rows × replicas], NaN where not measured. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

interface Column {
  readonly steps: Growable<Int32Array<ArrayBuffer>>;
  /** [points × replicas] */
  readonly values: Growable<Float64Array<ArrayBuffer>>;
}

/** The value of a metric in one row; NaN where it was not measured. */
export type ReadRow = (metric: string, replica: number) => number;

/** The metrics of one run. A metric keeps a point only for rows in which some replica was measured. */
export class RunSeries {
  private readonly columns = new Map<string, Column>();
  private readonly rowSteps = Growable.int32();
  private readonly rowSeconds = Growable.float64();

  constructor(readonly replicas: number) {}

  /** Adds rows at the end. Throws RangeError where a column does not have one value a row and replica. */
  append({ steps, seconds, columns }: MetricRows): void {
    const { replicas } = this;
    for (const [metric, values] of Object.entries(columns)) {
      if (values.length !== steps.length * replicas) {
        throw new RangeError(`${metric}: ${values.length} values for ${steps.length} rows of ${replicas} replicas`);
      }
      const measured = rowsMeasured(values, replicas);
      if (measured.length === 0) continue;
      let column = this.columns.get(metric);
      if (!column) this.columns.set(metric, (column = { steps: Growable.int32(), values: Growable.float64() }));
      column.steps.reserve(column.steps.length + measured.length);
      column.values.reserve(column.values.length + measured.length * replicas);
      for (const row of measured) {
        column.steps.push(steps[row]!);
        for (let k = 0; k < replicas; k++) column.values.push(values[row * replicas + k]!);
      }
    }
    this.rowSteps.reserve(this.rows + steps.length);
    this.rowSeconds.reserve(this.rows + steps.length);
    for (let row = 0; row < steps.length; row++) {
      this.rowSteps.push(steps[row]!);
      this.rowSeconds.push(seconds[row] ?? NaN);
    }
  }

  /** Rows so far. */
  get rows(): number {
    return this.rowSteps.length;
  }

  /** The step of the last row; −1 before the first. */
  get lastStep(): number {
    return this.rows === 0 ? -1 : this.rowSteps.at(this.rows - 1);
  }

  /** How long the run had trained at the last row, s; 0 before the first. */
  get lastSeconds(): number {
    return this.rows === 0 ? 0 : this.rowSeconds.at(this.rows - 1);
  }

  /** The steps and the seconds of all rows, without a copy. */
  get clock(): { readonly steps: Int32Array; readonly seconds: Float64Array } {
    return { steps: this.rowSteps.view(), seconds: this.rowSeconds.view() };
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

  /** The values of all its points [points × replicas], NaN where a replica was not measured, without a copy. */
  values(metric: string): Float64Array {
    return this.columns.get(metric)?.values.view() ?? new Float64Array();
  }

  /** NaN where the replica was not measured or there is no such point. */
  value(metric: string, i: number, replica: number): number {
    if (replica >= this.replicas) return NaN;
    return this.columns.get(metric)?.values.at(i * this.replicas + replica) ?? NaN;
  }

  /** Row by row from the first on. What was measured in a row can be read until the next one is asked for. */
  *inRows(metrics: readonly string[] = this.metrics()): Generator<{ readonly step: number; readonly seconds: number; readonly read: ReadRow }> {
    const next = new Map(metrics.map((metric) => [metric, 0]));
    for (let row = 0; row < this.rows; row++) {
      const step = this.rowSteps.at(row);
      const read: ReadRow = (metric, replica) => {
        const point = next.get(metric);
        return point !== undefined && this.step(metric, point) === step ? this.value(metric, point, replica) : NaN;
      };
      yield { step, seconds: this.rowSeconds.at(row), read };
      for (const [metric, point] of next) if (this.step(metric, point) === step) next.set(metric, point + 1);
    }
  }

  /** Rows from one up to another, all by themselves: what `append` takes. */
  slice(from: number, to = this.rows): MetricRows {
    const { replicas } = this;
    const steps = this.rowSteps.view().slice(from, to);
    const columns: Record<string, Float64Array> = {};
    for (const [metric, column] of this.columns) {
      const own = column.steps.view();
      const values = new Float64Array(steps.length * replicas).fill(NaN);
      let measured = false;
      for (let row = 0, point = firstFrom(own, steps[0] ?? 0); row < steps.length; row++) {
        if (own[point] !== steps[row]) continue;
        measured = true;
        for (let k = 0; k < replicas; k++) values[row * replicas + k] = column.values.at(point * replicas + k);
        point++;
      }
      if (measured) columns[metric] = values;
    }
    return { steps, seconds: this.rowSeconds.view().slice(from, to), columns };
  }

  /** The number of rows up to a step, that of the step included. */
  rowsUpTo(step: number): number {
    return firstFrom(this.rowSteps.view(), step + 1);
  }
}

/** The rows in which some replica was measured. */
function rowsMeasured(values: Float64Array, replicas: number): number[] {
  const rows: number[] = [];
  for (let start = 0; start < values.length; start += replicas) {
    for (let k = start; k < start + replicas; k++) {
      if (Number.isNaN(values[k]!)) continue;
      rows.push(start / replicas);
      break;
    }
  }
  return rows;
}

/** The first index whose step is at least `step` (binary search; steps rise). */
export function firstFrom(steps: Int32Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
