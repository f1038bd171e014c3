import type { TransformerShape } from '../layout.js';
import { adamWSource, gradientNormSource } from './adamW.js';
import { backwardSource } from './backwardKernel.js';
import { forwardSource } from './forwardKernel.js';
import { Kernel, type KernelSource } from './kernel.js';
import { grpoLossSource, tokenLogProbSource } from './grpoLoss.js';
import { crossEntropySource } from './losses.js';
import { rowSumsSource } from './rowSums.js';
import { rolloutWeightSource, sequenceRatioSource, singleOutSource } from './policyTerms.js';
import { rolloutSource } from './rolloutKernel.js';
import { roundWeightsSource } from './roundWeights.js';
import { matrixGradientSource, vectorGradientSource } from './weightGradients.js';

/**
 * What policies of one shape need, the slowest to compile first.
 *
 * @param lanes invocations that work on one sequence
 */
export function kernelSources(shape: TransformerShape, lanes: number) {
  return {
    backward: backwardSource(shape, lanes),
    forward: forwardSource(shape, lanes),
    rollout: rolloutSource(shape, lanes),
    matrixGradients: matrixGradientSource(shape),
    vectorGradients: vectorGradientSource(shape),
    tokenLogProbs: tokenLogProbSource(shape),
    grpoLoss: grpoLossSource(shape),
    crossEntropy: crossEntropySource(shape),
    rowSums: rowSumsSource,
    sequenceRatios: sequenceRatioSource,
    rolloutWeights: rolloutWeightSource,
    singleOut: singleOutSource,
    roundWeights: roundWeightsSource,
    gradientNorm: gradientNormSource,
    adamW: adamWSource,
  } as const;
}

type Sources = ReturnType<typeof kernelSources>;
type Named<Part> = Extract<keyof Part, string>;
type CompiledKernels = {
  readonly [Name in keyof Sources]: Kernel<Named<Sources[Name]['call']>, Named<Sources[Name]['buffers']>>;
};

/** The kernels of one shape on one device, which compile in the background. */
export interface Kernels extends CompiledKernels {
  /** Resolves once every kernel may be dispatched; rejects with what is wrong with one. */
  readonly ready: Promise<void>;
  /** Whether `ready` has resolved. */
  readonly areReady: boolean;
}

/** Starts the compilation of all kernels at once. */
function startKernels(device: GPUDevice, sources: Sources): Kernels {
  const started = Object.entries<KernelSource<string, string>>(sources).map(
    ([name, source]) => [name, new Kernel(device, source)] as const,
  );
  const kernels = Object.fromEntries(started) as unknown as CompiledKernels;
  const ready = Promise.all(started.map(([, kernel]) => kernel.ready)).then(() => {
    own.areReady = true;
  });
  const own = { ...kernels, ready, areReady: false };
  // Whoever awaits it is told.
  ready.catch(() => undefined);
  return own;
}

const shared = new WeakMap<GPUDevice, Map<string, Kernels>>();

/** The kernels of a shape, compiled once a device: the first call starts that. */
export function kernelsOf(device: GPUDevice, shape: TransformerShape, lanes = lanesFor(device, shape)): Kernels {
  let ofDevice = shared.get(device);
  if (!ofDevice) shared.set(device, (ofDevice = new Map()));
  const { vocabulary, context, width, layers, heads, mlpRatio } = shape;
  const key = [vocabulary, context, width, layers, heads, mlpRatio, lanes].join();
  let kernels = ofDevice.get(key);
  if (!kernels) ofDevice.set(key, (kernels = startKernels(device, kernelSources(shape, lanes))));
  return kernels;
}

/** A software adapter runs invocations four at a time and pays for each group of them at every barrier. */
function lanesFor(device: GPUDevice, { width }: TransformerShape): number {
  // Not every browser tells of the adapter here yet.
  const { architecture = '', description = '' } = (device.adapterInfo as GPUAdapterInfo | undefined) ?? {};
  if (/swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${description}`)) return 16;
  return width > 32 ? 256 : 128;
}
