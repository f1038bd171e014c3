/** Memory is handed out once, from the bottom up, and never given back: an instance lives as long as its policy. */
let top: usize = (__heap_base + 63) & ~63;

/** So many bytes of zeros, aligned to a cache line. Traps where the memory cannot grow. */
export function allocate(bytes: usize): usize {
  const start = top;
  const end = top + bytes;
  // Addresses have 32 bits.
  if (end < start || end > 0xffff0000) unreachable();
  const missing = <i32>((end + 0xffff) >>> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  top = (end + 63) & ~63;
  return start;
}

@inline export function floats(count: i32): usize {
  return <usize>count << 2;
}
