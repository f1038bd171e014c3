/** Prompt and response one after the other, padded to `length` tokens. */
export function paddedSequence(
  prompt: readonly number[],
  response: readonly number[],
  length: number,
  padding: number,
): Int32Array {
  const sequence = new Int32Array(length).fill(padding);
  sequence.set(prompt);
  sequence.set(response, prompt.length);
  return sequence;
}

/** The texts of tokens 0 to 9 of the tasks that reckon. */
export const digits: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));
