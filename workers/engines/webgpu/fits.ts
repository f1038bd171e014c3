import type { TransformerShape } from '../layout.js';

/** Why the kernels cannot take policies of this shape within WebGPU's default limits; undefined where they can. */
export function unfitPolicy(shape: TransformerShape): string | undefined {
  const { vocabulary, context, width, layers, heads, mlpRatio, causal, unembedding } = shape;
  if (!causal) return 'attention is not causal';
  if (!unembedding) return 'no unembedding';
  const limits = [
    ['width', width, 128],
    ['layers', layers, 4],
    ['context', context, 64],
    ['vocabulary', vocabulary, 128],
    ['mlpRatio', mlpRatio, 4],
  ] as const;
  const exceeded = limits.find(([, value, most]) => value > most || value < 1);
  if (exceeded) return `${exceeded[0]} ${exceeded[1]} > ${exceeded[2]}`;
  return width % heads === 0 ? undefined : `width ${width} is no multiple of heads ${heads}`;
}
