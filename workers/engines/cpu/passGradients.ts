import { hasOwnLoss } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import { grpoOutputs, outputsAt, outputsBetween, putOutputs, runGrpoLoss, type GrpoOutputs, type Outputs } from './grpoOutputs.js';
import type { CpuKernels } from './kernels.js';
import { packPasses, type Pass, type Sequence } from './passes.js';

/** The gradient of one replica's GRPO loss, epoch by epoch. */
export interface GrpoGradients {
  readonly outputs: GrpoOutputs;
  /** Adds the gradient at the weights in place to the kernels' gradients, and to their totals. */
  add(epoch: number): void;
}

/** The plain way: each sequence is computed by itself, with dropout of its own. One without a loss has no backward pass. */
export class PassGradients implements GrpoGradients {
  readonly outputs: GrpoOutputs;
  /** Those of sequences with a loss come first. */
  private readonly passes: readonly Pass[];
  private readonly ordered: Outputs;
  /** Passes with a loss. */
  private readonly learning: number;
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
    const { context } = kernels.shape;
    const all = hasOwnLoss(update.loss, replica);
    const learns = ({ index }: Sequence): boolean => all || update.advantages[replica * batch + index] !== 0;
    const sequences = sequencesOf(update, replica, this.outputs);
    const [live, dead] = [sequences.filter(learns), sequences.filter((sequence) => !learns(sequence))];
    const learning = packPasses(live, context, kernels.capacity);
    const told = learning.reduce((sum, { outputRows }) => sum + outputRows.length, 0);
    this.passes = [...learning, ...packPasses(dead, context, kernels.capacity, told)];
    this.learning = learning.length;
    this.ordered = dead.length === 0 ? this.outputs : outputsAt(this.outputs, placesOf([...live, ...dead], this.outputs));
    this.drops = update.dropout.rates[replica]! > 0;
    this.old = new Float32Array(this.outputs.targets.length);
    this.reference = new Float32Array(this.outputs.targets.length);
  }

  add(epoch: number): void {
    this.passes.forEach((pass, i) => {
      this.addLoss(pass, epoch);
      if (i < this.learning) this.kernels.run.backward();
    });
  }

  private addLoss(pass: Pass, epoch: number): void {
    const { kernels, ordered, drops, old, reference } = this;
    const { run, at } = kernels;
    const { loss, innerEpochs } = this.update;
    const temperature = loss.temperature[this.replica]!;
    const count = pass.outputRows.length;
    const [from, to] = [pass.firstOutput, pass.firstOutput + count];
    kernels.open(pass);
    putOutputs(kernels, outputsBetween(ordered, from, to));
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

/** The outputs of sequences, in their order. */
function placesOf(sequences: readonly Sequence[], { starts }: GrpoOutputs): number[] {
  return sequences.flatMap(({ index }) => Array.from({ length: starts[index + 1]! - starts[index]! }, (_, t) => starts[index]! + t));
}
