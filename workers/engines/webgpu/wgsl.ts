/** The counter-based generator of src/core/random.ts, bit by bit. */
export const randomFunctions = /* wgsl */ `
fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }
`;

/** Waits for all invocations of the workgroup and makes what they wrote visible to each other. */
export const barrier = 'storageBarrier();';
