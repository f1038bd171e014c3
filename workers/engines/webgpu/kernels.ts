import type { TransformerShape } from '../../model/layout.js';
import { adamWSource, gradientNormSource } from './adamW.js';
import { backwardSource } from './backwardKernel.js';
import { forwardSource } from './forwardKernel.js';
import { Kernel, type KernelSource } from './kernel.js';
import { crossEntropySource, grpoLossSource, rowSumsSource, tokenLogProbSource } from './losses.js';
import { rolloutSource } from './rolloutKernel.js';
import { matrixGradientSource, vectorGradientSource } from './weightGradients.js';

/** The kernels of policies of one shape on one device. All of them compile at once, in the background. */
export class Kernels {
  readonly forward;
  readonly backward;
  readonly matrixGradients;
  readonly vectorGradients;
  readonly rollout;
  readonly tokenLogProbs;
  readonly grpoLoss;
  readonly crossEntropy;
  readonly rowSums;
  readonly gradientNorm;
  readonly adamW;
  /** Resolves once every kernel may be dispatched; rejects with what is wrong with one. */
  readonly ready: Promise<void>;
  private compiled = false;

  /** @param lanes invocations that work on one sequence */
  constructor(device: GPUDevice, shape: TransformerShape, lanes: number) {
    const started: Promise<void>[] = [];
    const start = <Field extends string, Buffer extends string>(source: KernelSource<Field, Buffer>): Kernel<Field, Buffer> => {
      const kernel = new Kernel(device, source);
      started.push(kernel.ready);
      return kernel;
    };
    // The slowest to compile first.
    this.backward = start(backwardSource(shape, lanes));
    this.forward = start(forwardSource(shape, lanes));
    this.rollout = start(rolloutSource(shape, lanes));
    this.matrixGradients = start(matrixGradientSource(shape));
    this.vectorGradients = start(vectorGradientSource(shape));
    this.tokenLogProbs = start(tokenLogProbSource(shape));
    this.grpoLoss = start(grpoLossSource(shape));
    this.crossEntropy = start(crossEntropySource(shape));
    this.rowSums = start(rowSumsSource);
    this.gradientNorm = start(gradientNormSource);
    this.adamW = start(adamWSource);
    this.ready = Promise.all(started).then(() => {
      this.compiled = true;
    });
    // Whoever awaits it is told.
    this.ready.catch(() => undefined);
  }

  /** Whether `ready` has resolved. */
  get areReady(): boolean {
    return this.compiled;
  }
}

const shared = new WeakMap<GPUDevice, Map<string, Kernels>>();

/** The kernels of a shape, compiled once a device: the first call starts that. */
export function kernelsOf(device: GPUDevice, shape: TransformerShape, lanes = lanesFor(device, shape)): Kernels {
  let ofDevice = shared.get(device);
  if (!ofDevice) shared.set(device, (ofDevice = new Map()));
  const { vocabulary, context, width, layers, heads, mlpRatio } = shape;
  const key = [vocabulary, context, width, layers, heads, mlpRatio, lanes].join();
  let kernels = ofDevice.get(key);
  if (!kernels) ofDevice.set(key, (kernels = new Kernels(device, shape, lanes)));
  return kernels;
}

/** A software adapter runs invocations four at a time and pays for each group of them at every barrier. */
function lanesFor(device: GPUDevice, { width }: TransformerShape): number {
  // Not every browser tells of the adapter here yet.
  const { architecture = '', description = '' } = (device.adapterInfo as GPUAdapterInfo | undefined) ?? {};
  if (/swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${description}`)) return 16;
  return width > 32 ? 256 : 128;
}
