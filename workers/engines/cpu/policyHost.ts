import type { TransformerShape } from '../layout.js';
import type { GrpoUpdate, PolicySnapshot, SampleRequest, SupervisedUpdate } from '../policy.js';
import { CpuPolicy } from './cpuPolicy.js';

/** One policy at a time, for the worker that spreads a population. */
export class PolicyHost {
  private policy: CpuPolicy | undefined;

  create(module: WebAssembly.Module, shape: TransformerShape, start: Float32Array | PolicySnapshot): void {
    this.policy = new CpuPolicy(module, shape, start);
  }

  sample(request: SampleRequest): ReturnType<CpuPolicy['sample']> {
    return this.policy!.sample(request);
  }

  referenceLogProbs(...of: Parameters<CpuPolicy['referenceLogProbs']>): ReturnType<CpuPolicy['referenceLogProbs']> {
    return this.policy!.referenceLogProbs(...of);
  }

  update(update: GrpoUpdate): void {
    this.policy!.update(update);
  }

  supervise(update: SupervisedUpdate): ReturnType<CpuPolicy['supervise']> {
    return this.policy!.supervise(update);
  }

  scalars(): ReturnType<CpuPolicy['scalars']> {
    return this.policy!.scalars();
  }

  undo(): void {
    this.policy!.undo();
  }

  startOver(): void {
    this.policy!.startOver();
  }

  snapshot(): ReturnType<CpuPolicy['snapshot']> {
    return this.policy!.snapshot();
  }

  parameters(): ReturnType<CpuPolicy['parameters']> {
    return this.policy!.parameters();
  }

  release(): void {
    this.policy = undefined;
  }
}
