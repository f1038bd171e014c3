import type { TransformerShape } from '../layout.js';

/** Where the fields of a record lie: numbers from its start; those of a layer from the layer's. */
interface RecordLayout<LayerField extends string, Field extends string> {
  /** Numbers a record. */
  readonly stride: number;
  /** Numbers a layer; layer 0 starts the record. */
  readonly layerStride: number;
  readonly layer: Readonly<Record<LayerField, number>>;
  readonly at: Readonly<Record<Field, number>>;
}

function record<L extends string, F extends string>(
  layers: number,
  layer: Readonly<Record<L, number>>,
  fields: Readonly<Record<F, number>>,
): RecordLayout<L, F> {
  const place = <K extends string>(sizes: Readonly<Record<K, number>>, start: number): [Record<K, number>, number] => {
    let end = start;
    const offsets = Object.entries<number>(sizes).map(([name, size]) => {
      const offset = end;
      // Packs begin at multiples of four.
      end += 4 * Math.ceil(size / 4);
      return [name, offset] as const;
    });
    return [Object.fromEntries(offsets) as Record<K, number>, end];
  };
  const [layerOffsets, layerStride] = place(layer, 0);
  const [offsets, stride] = place(fields, layers * layerStride);
  return { stride, layerStride, layer: layerOffsets, at: offsets };
}

/** From one head's attention to the next, a multiple of four: numbers of which the first `context` are used at most. */
export function keyStride({ context }: Pick<TransformerShape, 'context'>): number {
  return 4 * Math.ceil(context / 4);
}

/** What the forward pass keeps of a token for the backward pass. What leaves a layer is the next field after it. */
export function activationRecord(shape: TransformerShape) {
  const { width, heads, mlpRatio, layers } = shape;
  return record(
    layers,
    {
      /** Residual stream before attention, 1 / its root mean square, and both times the gain. */
      input: width,
      inputScale: 1,
      inputNormed: width,
      /** Query, key and value. */
      qkv: 3 * width,
      /** Attention probabilities, a head's keys one after the other. */
      probabilities: heads * keyStride(shape),
      /** Values mixed by attention. */
      mixed: width,
      /** The same as for the input, before the MLP. */
      middle: width,
      middleScale: 1,
      middleNormed: width,
      /** After ReLU. */
      hidden: mlpRatio * width,
    },
    { final: width, finalScale: 1, finalNormed: width, logits: shape.vocabulary },
  );
}

/** The gradients of a token's activations that the gradients of weights need. */
export function gradientRecord(shape: TransformerShape) {
  const { width, heads, mlpRatio, layers } = shape;
  return record(
    layers,
    {
      /** Of the products with attentionQkv, attentionOut, mlpUp and mlpDown. */
      qkv: 3 * width,
      out: width,
      hidden: mlpRatio * width,
      down: width,
      /** Of the norms' results. */
      inputNormed: width,
      middleNormed: width,
    },
    {
      /** Of the logits. */
      output: shape.vocabulary,
      finalNormed: width,
      /** Of the residual stream; in the end, of the embeddings' sum. */
      residual: width,
      /** Scratch: of the mixed values, of the attention scores, a norm's mean. */
      mixed: width,
      scores: heads * keyStride(shape),
      mean: 1,
    },
  );
}

/** Where a pass keeps a token's logits, and the gradient of them. */
export function outputFields(shape: TransformerShape) {
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  return {
    activation: { stride: a.stride, at: a.at.logits },
    gradient: { stride: g.stride, at: g.at.output },
  };
}
