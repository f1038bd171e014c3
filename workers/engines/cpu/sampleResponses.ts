import { randomKey } from '../../../src/core/random.js';
import type { Sample, SampleRequest } from '../policy.js';
import type { CpuKernels } from './kernels.js';

/** Responses to a request, as many sequences at a time as a rollout holds; `load` puts a replica's weights in place. */
export function sampleResponses(
  kernels: CpuKernels,
  request: SampleRequest,
  replicas: number,
  load: (replica: number) => void,
): Omit<Sample, 'scalars'> {
  const { prompts, promptLength, repeats, maxResponseLength, sampling } = request;
  const { run, at, rolloutCapacity } = kernels;
  const batch = prompts.length / (replicas * promptLength);
  const count = replicas * batch * maxResponseLength;
  const tokens = new Int32Array(count);
  const logProbs = new Float32Array(count);
  const entropies = new Float32Array(count);
  let width = 0;
  for (let replica = 0; replica < replicas; replica++) {
    load(replica);
    const key = randomKey(request.seeds[replica]!, request.stream, request.step);
    for (let first = 0; first < batch; ) {
      const inRun = repeats - (first % repeats);
      const whole = Math.floor(rolloutCapacity / repeats) * repeats;
      const most = inRun === repeats && whole > 0 ? whole : Math.min(inRun, rolloutCapacity);
      const sequences = Math.min(most, batch - first);
      for (let s = 0; s < sequences; s += repeats) {
        const from = (replica * batch + first + s) * promptLength;
        const to = at.rolloutPrompts + 4 * (s / repeats) * promptLength;
        kernels.putIntegers(to, prompts.subarray(from, from + promptLength));
      }
      const longest = run.rollout(
        sequences, repeats, promptLength, maxResponseLength, first, key, sampling.temperature[replica]!,
        sampling.topK[replica]!, sampling.topP[replica]!, request.endOfSequence, request.padding,
      );
      width = Math.max(width, longest);
      const place = (replica * batch + first) * maxResponseLength;
      const size = sequences * maxResponseLength;
      tokens.set(kernels.integers(at.rolloutTokens, size), place);
      logProbs.set(kernels.floats(at.rolloutLogProbs, size), place);
      entropies.set(kernels.floats(at.rolloutEntropies, size), place);
      first += sequences;
    }
  }
  return {
    tokens: narrow(tokens, maxResponseLength, width),
    logProbs: narrow(logProbs, maxResponseLength, width),
    entropies: narrow(entropies, maxResponseLength, width),
    width,
  };
}

/** The first `width` of every `from` numbers. */
function narrow<T extends Int32Array | Float32Array>(values: T, from: number, width: number): T {
  if (from === width) return values;
  const rows = values.length / from;
  const kept = values.slice(0, rows * width) as T;
  for (let row = 0; row < rows; row++) kept.set(values.subarray(row * from, row * from + width), row * width);
  return kept;
}
