import { RandomSequence, streams } from '../../../../src/core/random.js';
import type { Example } from './task.js';

/** With this many repeated prompts in a row there is no other one left. */
const repeatLimit = 100_000;

/**
 * Draws examples until there are enough with different prompts. Those held out are drawn first, so that they are the
 * same for any number of training prompts.
 *
 * @throws RangeError if the task does not have that many prompts.
 */
export function drawSplit(
  draw: (random: RandomSequence) => Example,
  seed: number,
  training: number,
  validation: number,
): { training: Example[]; validation: Example[] } {
  const random = new RandomSequence(seed, streams.dataSplit, 0);
  const drawn = new Set<string>();
  const drawNew = (): Example => {
    for (let repeats = 0; repeats < repeatLimit; repeats++) {
      const example = draw(random);
      const prompt = example.prompt.join();
      if (drawn.has(prompt)) continue;
      drawn.add(prompt);
      return example;
    }
    throw new RangeError(`${training} + ${validation} prompts wanted, but there are only ${drawn.size} different ones`);
  };
  const heldOut = Array.from({ length: validation }, drawNew);
  return { validation: heldOut, training: Array.from({ length: training }, drawNew) };
}
