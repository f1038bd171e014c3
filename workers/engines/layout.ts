/** The form of a transformer; `unembedding: false` makes its output the final hidden states. */
export interface TransformerShape {
  readonly vocabulary: number;
  readonly context: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpRatio: number;
  readonly causal: boolean;
  readonly unembedding: boolean;
}

export interface ParameterEntry {
  readonly name: string;
  /** Of one replica. */
  readonly shape: readonly number[];
  /** Of its first number in a replica's row. */
  readonly offset: number;
  readonly size: number;
}

/** Where each named parameter lies in a replica's row of the flat matrix `[R, P]`. */
export class ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** P: numbers a replica. */
  readonly size: number;
  private readonly byName: ReadonlyMap<string, ParameterEntry>;

  constructor(shapes: readonly (readonly [name: string, shape: readonly number[]])[]) {
    let offset = 0;
    this.entries = shapes.map(([name, shape]) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const entry = { name, shape, offset, size };
      offset += size;
      return entry;
    });
    this.size = offset;
    this.byName = new Map(this.entries.map((entry) => [entry.name, entry]));
  }

  /** Throws where there is no parameter of that name. */
  entry(name: string): ParameterEntry {
    const entry = this.byName.get(name);
    if (!entry) throw new Error(`no parameter '${name}'`);
    return entry;
  }
}

/** The order of a transformer's parameters in the flat row; warm-start files rely on it. */
export function transformerLayout(shape: TransformerShape): ParameterLayout {
  const { vocabulary, context, width, layers, mlpRatio } = shape;
  return new ParameterLayout([
    ['tokenEmbedding', [vocabulary, width]],
    ['positionEmbedding', [context, width]],
    ...Array.from({ length: layers }, (_, i): [string, number[]][] => [
      [`blocks.${i}.attentionNorm`, [width]],
      [`blocks.${i}.attentionQkv`, [width, 3 * width]],
      [`blocks.${i}.attentionOut`, [width, width]],
      [`blocks.${i}.mlpNorm`, [width]],
      [`blocks.${i}.mlpUp`, [width, mlpRatio * width]],
      [`blocks.${i}.mlpDown`, [mlpRatio * width, width]],
    ]).flat(),
    ['finalNorm', [width]],
    ...(shape.unembedding ? [['unembedding', [width, vocabulary]] as [string, number[]]] : []),
  ]);
}
