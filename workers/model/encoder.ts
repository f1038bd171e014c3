import type { Operations, Value } from '../engines/operations.js';
import type { PerReplica } from '../engines/perReplica.js';
import type { TransformerShape } from '../engines/layout.js';

/**
 * The transformer of `transformer.ts` written in `Operations`, for shapes that are not causal and have no unembedding:
 * pre-norm, RMSNorm, learned positions, multi-head attention, ReLU MLP, no biases; dropout on the output of each
 * residual branch. Its parameters are those of `transformerLayout(shape)`.
 *
 * @param tokens sentences of `shape.context` tokens, `[R · sentences · context]`
 * @param dropout rates, one a replica
 * @returns hidden states `[R, sentences · context, width]`
 */
export function transformerEncoder(
  operations: Operations,
  shape: TransformerShape,
  tokens: Int32Array,
  dropout: PerReplica,
): Value {
  const { replicas } = operations;
  const { context, width, heads, layers } = shape;
  const sentences = tokens.length / replicas / context;
  const rows = [replicas, sentences * context, width];
  const addBranch = (x: Value, output: Value): Value => operations.add(x, operations.dropout(output, dropout));

  const embedded = operations.gatherRows(operations.parameter('tokenEmbedding'), tokens);
  const positions = operations.reshape(operations.parameter('positionEmbedding'), [replicas, context * width]);
  const bySentence = operations.reshape(embedded, [replicas, sentences, context * width]);
  let x = operations.reshape(operations.add(bySentence, positions), rows);
  for (let layer = 0; layer < layers; layer++) {
    const weight = (name: string): Value => operations.parameter(`blocks.${layer}.${name}`);
    const projected = operations.matMul(operations.rmsNorm(x, weight('attentionNorm')), weight('attentionQkv'));
    // One sentence after the other from here to the joining of heads: queries, keys and values of all heads apart.
    const split = operations.reshape(projected, [replicas * sentences, context, 3 * heads, width / heads]);
    const apart = operations.swapMiddle(split);
    const part = (i: number): Value => operations.rows(apart, i * heads, (i + 1) * heads);
    const [queries, keys, values] = [part(0), part(1), part(2)];
    const scores = operations.linear(operations.matMul(queries, keys, true), (width / heads) ** -0.5);
    const mixed = operations.matMul(operations.softmax(scores), values);
    const joined = operations.reshape(operations.swapMiddle(mixed), rows);
    x = addBranch(x, operations.matMul(joined, weight('attentionOut')));
    const hidden = operations.relu(operations.matMul(operations.rmsNorm(x, weight('mlpNorm')), weight('mlpUp')));
    x = addBranch(x, operations.matMul(hidden, weight('mlpDown')));
  }
  return operations.rmsNorm(x, operations.parameter('finalNorm'));
}
