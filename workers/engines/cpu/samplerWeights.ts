import { joinHistory, splitHistory } from '../history.js';
import type { Sampler } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import type { PolicySnapshot } from '../policy.js';
import { fp8 } from '../rounding.js';
import type { AdamWRows } from './adamWRows.js';
import type { CpuKernels } from './kernels.js';

/** The weights that samplers have where they are not those in training: rounded, or those before earlier updates. */
export class SamplerWeights {
  /** Those before each of the last updates, the oldest first: `[R, P]` each. */
  private history: Float32Array[];
  /** Pointer to a row for those of one replica. */
  private row: number | undefined;

  constructor(
    private readonly kernels: CpuKernels,
    private readonly rows: AdamWRows,
    private readonly replicas: number,
    start: Float32Array | PolicySnapshot,
  ) {
    this.history = start instanceof Float32Array ? [] : splitHistory(start);
  }

  /** Keeps the present weights before an update, and as many before them that it may be taken back. */
  remember(staleness: number): void {
    if (staleness > 0) this.history = [...this.history, this.rows.read(this.rows.parametersAt(0))].slice(-staleness - 1);
  }

  /** The last update was taken back. */
  undo(): void {
    this.history.pop();
  }

  forget(): void {
    this.history = [];
  }

  snapshot(): Pick<PolicySnapshot, 'history'> {
    return this.history.length > 0 ? { history: joinHistory(this.history, this.replicas) } : {};
  }

  /** What puts a replica's weights of a sampler in the policy's place; undefined where those are the ones in training. */
  loaderFor(sampler: Sampler | undefined): ((replica: number) => void) | undefined {
    if (!sampler) return undefined;
    const { staleness, precision } = sampler;
    const stale = staleness > 0 ? (this.history.at(-staleness) ?? this.history[0]) : undefined;
    if (!stale && precision === 'float32') return undefined;
    const { kernels, rows } = this;
    const { shape, rowSize, run, at } = kernels;
    const { size } = transformerLayout(shape);
    const row = (this.row ??= kernels.allocate(rowSize));
    return (replica) => {
      const own = stale ? stale.subarray(replica * size, (replica + 1) * size) : kernels.floats(rows.parametersAt(replica), size);
      kernels.putFloats(row, own);
      if (precision === 'bfloat16') run.roundToBfloat16(row, size);
      if (precision === 'fp8') roundMatrices(kernels, shape, row);
      run.loadWeights(at.policyPanels, row);
    };
  }
}

function roundMatrices({ run }: CpuKernels, shape: TransformerShape, row: number): void {
  for (const { name, offset, size } of transformerLayout(shape).entries) {
    if (fp8.rounds(name)) run.roundToFp8(row + 4 * offset, size);
  }
}
