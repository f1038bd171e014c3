/** The counter-based generator of src/core/random.ts. */
@inline function pcgHash(value: u32): u32 {
  const state = value * 747796405 + 2891336453;
  const word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737;
  return (word >> 22) ^ word;
}

@inline export function randomAt(key: u32, index: u32): u32 {
  return pcgHash(key + pcgHash(index));
}

/** In [0, 1), of the upper 24 bits. */
@inline export function uniformAt(key: u32, index: u32): f32 {
  return <f32>(randomAt(key, index) >> 8) * <f32>(1.0 / 16777216.0);
}
