/**
 * DAPO's soft punishment of long responses (Yu et al. 2025, section 3.4; verl's `overlong_buffer`): 0 up to
 * `maxLength − buffer` tokens, from there falling in a straight line to −factor at `maxLength`.
 *
 * @param buffer tokens; 0 = nothing is punished
 */
export function overlongPunishment(length: number, maxLength: number, buffer: number, factor: number): number {
  return buffer === 0 ? 0 : Math.min(0, (-(length - (maxLength - buffer)) / buffer) * factor);
}
