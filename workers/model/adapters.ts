import type { Operations, Value } from '../engines/operations.js';
import type { PerReplica } from '../engines/perReplica.js';

/** A frozen weight `[R, out, in]` and the low-rank change beside it: a `[R, r, in]`, b `[R, out, r]`. */
export interface LowRank {
  readonly weight: Value;
  readonly a: Value;
  readonly b: Value;
  /** α / r, or α / √r where rank-stabilised: one a replica, `[R]`. */
  readonly scale: Value;
}

/**
 * x (W + scale · B A)ᵀ of `[R, n, in]`: `[R, n, out]` (Hu et al. 2021; PEFT `lora/layer.py`).
 *
 * @param dropout rates on the change's input
 */
export function loraLinear(
  operations: Operations,
  x: Value,
  { weight, a, b, scale }: LowRank,
  dropout: PerReplica,
): Value {
  const inner = operations.matMul(operations.dropout(x, dropout), a, true);
  const change = operations.matMul(operations.multiply(inner, scale), b, true);
  return operations.add(operations.matMul(x, weight, true), change);
}

/**
 * The same with a trained length for each row of the weight: x (m ⊙ V / ‖V‖)ᵀ where V = W + scale · B A, the norm taken
 * as a constant (Liu et al. 2024, section 4.3; PEFT `lora/dora.py`).
 *
 * @param magnitude m, `[R, out]`
 */
export function doraLinear(
  operations: Operations,
  x: Value,
  factors: LowRank,
  magnitude: Value,
  dropout: PerReplica,
): Value {
  const { weight, a, b, scale } = factors;
  const direction = operations.add(weight, operations.multiply(operations.matMul(b, a), scale));
  const norm = operations.stopGradient(operations.sqrt(operations.sumRows(operations.square(direction))));
  return operations.multiply(loraLinear(operations, x, factors, dropout), operations.divide(magnitude, norm));
}
