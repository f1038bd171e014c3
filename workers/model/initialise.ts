import { RandomSequence, streams } from '../../src/core/random.js';
import { transformerLayout, type TransformerShape } from '../engines/layout.js';
import type { PerReplica } from '../engines/perReplica.js';

/** The standard deviation from which a parameter of this name starts; norm gains start at one. */
function deviation(name: string, shape: TransformerShape): number {
  const { width, layers, mlpRatio } = shape;
  const residual = Math.sqrt(2 * layers);
  const kind = name.slice(name.lastIndexOf('.') + 1);
  switch (kind) {
    case 'tokenEmbedding':
    case 'positionEmbedding':
      return 0.3;
    case 'attentionQkv':
    case 'mlpUp':
      return 1 / Math.sqrt(width);
    case 'attentionOut':
      return 1 / Math.sqrt(width) / residual;
    case 'mlpDown':
      return 1 / Math.sqrt(mlpRatio * width) / residual;
    case 'unembedding':
      return 0.5 / Math.sqrt(width);
    default:
      throw new Error(`no initialisation for parameter '${name}'`);
  }
}

/** Fresh weights for one replica a seed: `[seeds, P]`, row by row. Residual outputs are scaled as in GPT-2. */
export function initialiseTransformer(shape: TransformerShape, seeds: PerReplica): Float32Array {
  const layout = transformerLayout(shape);
  const weights = new Float32Array(seeds.length * layout.size);
  seeds.forEach((seed, replica) => {
    layout.entries.forEach((entry, index) => {
      const start = replica * layout.size + entry.offset;
      const values = weights.subarray(start, start + entry.size);
      if (entry.name.endsWith('Norm')) {
        values.fill(1);
        return;
      }
      const random = new RandomSequence(seed, streams.initialisation, index);
      const scale = deviation(entry.name, shape);
      for (let i = 0; i < values.length; i++) values[i] = scale * random.normal();
    });
  });
  return weights;
}
