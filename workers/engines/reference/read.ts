import type * as tf from '@tensorflow/tfjs-core';
import { DeadlineError, within } from '../../../src/core/within.js';

/** Reads the numbers of a tensor. */
export type Read = (tensor: tf.Tensor) => Promise<Float32Array>;

/** As the backend gives them, which may go on to use their memory. */
export const readTensor: Read = (tensor) => tensor.data<'float32'>();

/**
 * ms in which a GPU has to compute what is read and to give it. Twice as long as the kernels wait: the first reads wait for
 * some hundred shaders to compile, which took a software adapter on a busy machine 24 s.
 */
const answerDeadline = 60_000;

/**
 * Reads from a GPU, which may fall silent.
 *
 * @param onSilent hears that it no longer answers, before what waits for it rejects
 */
export function readFromGpu(onSilent: (reason: string) => void): Read {
  return async (tensor) => {
    try {
      return await within(answerDeadline, 'the GPU', readTensor(tensor));
    } catch (error) {
      if (error instanceof DeadlineError) onSilent(error.message);
      throw error;
    }
  };
}
