declare module 'virtual:cpu-kernels/*' {
  /** The compiled kernels: scripts/kernels.mjs. */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
