import type { TransformerShape } from '../../model/layout.js';
import { adamWSource, gradientNormSource } from './adamW.js';
import { backwardSource } from './backwardKernel.js';
import { forwardSource } from './forwardKernel.js';
import { Kernel, type KernelSource } from './kernel.js';
import { crossEntropySource, grpoLossSource, rowSumsSource, tokenLogProbSource } from './losses.js';
import { outputsSource, upstreamSource } from './outputs.js';
import { rolloutSource } from './rolloutKernel.js';
import { matrixGradientSource, vectorGradientSource } from './weightGradients.js';

/** The kernels of one shape on one device, each compiled when it is first needed. */
export class Kernels {
  private readonly compiled = new Map<string, Kernel>();
  private problems: Promise<string | undefined>[] = [];

  constructor(
    private readonly device: GPUDevice,
    private readonly shape: TransformerShape,
    /** Invocations that work on one sequence. */
    private readonly lanes: number,
  ) {}

  get forward() { return this.compile('forward', forwardSource); }
  get backward() { return this.compile('backward', backwardSource); }
  get matrixGradients() { return this.compile('matrixGradients', matrixGradientSource); }
  get vectorGradients() { return this.compile('vectorGradients', vectorGradientSource); }
  get outputs() { return this.compile('outputs', outputsSource); }
  get upstream() { return this.compile('upstream', upstreamSource); }
  get rollout() { return this.compile('rollout', rolloutSource); }
  get tokenLogProbs() { return this.compile('tokenLogProbs', tokenLogProbSource); }
  get grpoLoss() { return this.compile('grpoLoss', grpoLossSource); }
  get crossEntropy() { return this.compile('crossEntropy', crossEntropySource); }
  get rowSums() { return this.compile('rowSums', () => rowSumsSource); }
  get gradientNorm() { return this.compile('gradientNorm', () => gradientNormSource); }
  get adamW() { return this.compile('adamW', () => adamWSource); }

  /** Throws what is wrong with a kernel compiled since the last check. */
  async check(): Promise<void> {
    const checked = this.problems;
    if (checked.length === 0) return;
    this.problems = [];
    const problem = (await Promise.all(checked)).find((found) => found !== undefined);
    if (problem !== undefined) throw new Error(problem);
  }

  private compile<Field extends string, Buffer extends string>(
    name: string,
    source: (shape: TransformerShape, lanes: number) => KernelSource<Field, Buffer>,
  ): Kernel<Field, Buffer> {
    let kernel = this.compiled.get(name) as unknown as Kernel<Field, Buffer> | undefined;
    if (!kernel) {
      kernel = new Kernel(this.device, source(this.shape, this.lanes));
      this.compiled.set(name, kernel as unknown as Kernel);
      this.problems.push(kernel.problem);
    }
    return kernel;
  }
}

const shared = new WeakMap<GPUDevice, Map<string, Kernels>>();

/** The kernels of a shape, compiled once a device. */
export function kernelsOf(device: GPUDevice, shape: TransformerShape, lanes = lanesFor(device, shape)): Kernels {
  let ofDevice = shared.get(device);
  if (!ofDevice) shared.set(device, (ofDevice = new Map()));
  const { vocabulary, context, width, layers, heads, mlpRatio, causal, unembedding } = shape;
  const key = [vocabulary, context, width, layers, heads, mlpRatio, causal, unembedding, lanes].join();
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
