import type { GrpoUpdate } from '../policy.js';
import { grpoOutputs, outputsBetween, putOutputs, runGrpoLoss, type GrpoOutputs } from './grpoOutputs.js';
import type { CpuKernels } from './kernels.js';
import { packPasses, type Pass, type Sequence } from './passes.js';

/** The gradient of one replica's GRPO loss, epoch by epoch. */
export interface GrpoGradients {
  readonly outputs: GrpoOutputs;
  /** Adds the gradient at the weights in place to the kernels' gradients, and to their totals. */
  add(epoch: number): void;
}

/** The plain way: each sequence is computed by itself, with dropout of its own. */
export class PassGradients implements GrpoGradients {
  readonly outputs: GrpoOutputs;
  private readonly passes: readonly Pass[];
  private readonly drops: boolean;
  /** Found in the first epoch, one an output. */
  private readonly old: Float32Array;
  private readonly reference: Float32Array;

  constructor(
    private readonly kernels: CpuKernels,
    private readonly update: GrpoUpdate,
    private readonly replica: number,
    batch: number,
  ) {
    this.outputs = grpoOutputs(update, replica, batch, true);
    const sequences = sequencesOf(update, replica, this.outputs);
    this.passes = packPasses(sequences, kernels.shape.context, kernels.capacity);
    this.drops = update.dropout.rates[replica]! > 0;
    this.old = new Float32Array(this.outputs.targets.length);
    this.reference = new Float32Array(this.outputs.targets.length);
  }

  add(epoch: number): void {
    for (const pass of this.passes) this.addPass(pass, epoch);
  }

  private addPass(pass: Pass, epoch: number): void {
    const { kernels, outputs, drops, old, reference } = this;
    const { run, at } = kernels;
    const { loss, innerEpochs } = this.update;
    const temperature = loss.temperature[this.replica]!;
    const count = pass.outputRows.length;
    const [from, to] = [pass.firstOutput, pass.firstOutput + count];
    kernels.open(pass);
    putOutputs(kernels, outputsBetween(outputs, from, to));
    if (epoch === 0) {
      run.forward(at.referencePanels, false);
      run.targetLogProbs(at.outputReferenceLogProbs, count, 0, count, temperature);
      if (innerEpochs > 1 && drops) {
        run.forward(at.policyPanels, false);
        run.targetLogProbs(at.outputOldLogProbs, count, 0, count, temperature);
      }
    } else {
      kernels.putFloats(at.outputReferenceLogProbs, reference.subarray(from, to));
      kernels.putFloats(at.outputOldLogProbs, old.subarray(from, to));
    }
    run.forward(at.policyPanels, true);
    const ownIsOld = innerEpochs === 1 || (epoch === 0 && !drops);
    runGrpoLoss(kernels, loss, { outputs: count, firstLogits: 0, logits: count, ownIsOld });
    run.backward();
    if (epoch === 0 && innerEpochs > 1) {
      reference.set(kernels.floats(at.outputReferenceLogProbs, count), from);
      old.set(kernels.floats(at.outputOldLogProbs, count), from);
    }
  }
}

/** Prompts with their responses as far as they have outputs. */
function sequencesOf(update: GrpoUpdate, replica: number, { starts }: GrpoOutputs): Sequence[] {
  const { prompts, promptLength, responses, width, padding } = update;
  const batch = starts.length - 1;
  return Array.from({ length: batch }, (_, b) => {
    const i = replica * batch + b;
    const length = starts[b + 1]! - starts[b]!;
    const tokens = new Int32Array(promptLength + length - 1).fill(padding);
    tokens.set(prompts.subarray(i * promptLength, (i + 1) * promptLength));
    tokens.set(responses.subarray(i * width, i * width + Math.min(length - 1, width)), promptLength);
    return { index: b, tokens, firstOutput: promptLength - 1 };
  });
}
