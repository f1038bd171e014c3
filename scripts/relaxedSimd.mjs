/**
 * Gives Node 20 the relaxed SIMD that the engine cpu-fma needs, which it has behind a flag. Later ones have it anyway and
 * do not know the flag.
 */
import { setFlagsFromString } from 'node:v8';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
