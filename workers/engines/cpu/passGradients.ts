import { hasOwnLoss, singlesOut } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import { grpoOutputs, outputsAt, outputsBetween, putOutputs, raiseSequenceRatio, runGrpoLoss, type GrpoOutputs, type Outputs } from './grpoOutputs.js';
import type { CpuKernels } from './kernels.js';
import { packPasses, type Pass, type Sequence } from './passes.js';
import { correctRollout, sequenceLogRatios, singleOut } from './policyTerms.js';

/** The gradient of one replica's GRPO loss on a mini-batch, step by step. */
export interface GrpoGradients {
  readonly outputs: GrpoOutputs;
  /**
   * Finds what the policy before the step says, at the weights in place: for several gradient steps, and for a correction.
   *
   * @param known that, output by output, where it need not be computed
   */
  findOld(known?: Float32Array): void;
  /**
   * Adds the gradient at the weights in place to the kernels' gradients, and to their totals.
   *
   * @param epoch of the mini-batch, from 0
   * @param step that draws are made under
   * @param isFirst whether this is the first gradient step, and nothing was computed since `findOld`
   */
  add(epoch: number, step: number, isFirst: boolean): void;
}

/** The plain way: each sequence is computed by itself, with dropout of its own. One without a loss has no backward pass. */
export class PassGradients implements GrpoGradients {
  readonly outputs: GrpoOutputs;
  /** Those of sequences with a loss come first. */
  private readonly passes: readonly Pass[];
  private readonly ordered: Outputs;
  /** Where each of the ordered outputs lies among `outputs`. */
  private readonly places: readonly number[];
  /** Passes with a loss. */
  private readonly learning: number;
  private hasOld = false;

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
    this.places = placesOf([...live, ...dead], this.outputs);
    this.ordered = dead.length === 0 ? this.outputs : outputsAt(this.outputs, this.places);
  }

  findOld(): void {
    const { kernels: { run, at }, ordered } = this;
    for (const pass of this.passes) {
      this.logProbs(pass, ordered.oldLogProbs, () => run.forward(at.policyPanels, false));
    }
    correctRollout(ordered, this.update.loss, this.replica);
    this.hasOld = true;
  }

  add(epoch: number, step: number): void {
    const { kernels: { run, at }, ordered, outputs, update } = this;
    const { policyLoss } = update.loss;
    if (epoch === 0) {
      for (const pass of this.passes) this.logProbs(pass, ordered.referenceLogProbs, () => run.forward(at.referencePanels, false));
    }
    let current: Float32Array | undefined;
    if (singlesOut(policyLoss) || (policyLoss === 'gspo' && this.hasOld)) {
      current = new Float32Array(ordered.targets.length);
      for (const pass of this.passes) this.logProbs(pass, current, () => run.forward(at.policyPanels, true));
    }
    if (current && singlesOut(policyLoss)) {
      // In the order of the batch, in which the first of equal ones is taken.
      const inOrder = (values: Float32Array): Float32Array => {
        const all = new Float32Array(values.length);
        this.places.forEach((place, i) => (all[place] = values[i]!));
        return all;
      };
      const own = inOrder(current);
      singleOut(outputs, own, this.hasOld ? inOrder(ordered.oldLogProbs) : own, update, this.replica, step);
      this.places.forEach((place, i) => (ordered.singledOut[i] = outputs.singledOut[place]!));
    }
    const ratios = current && policyLoss === 'gspo' ? sequenceLogRatios(ordered, current) : undefined;
    const takenAsOld = ratios?.map((ratio, i) => current![i]! - ratio);
    this.passes.forEach((pass, i) => {
      this.addLoss(pass, takenAsOld);
      if (i < this.learning) run.backward();
    });
  }

  /** Sets the log-probabilities of a pass's outputs under what `forward` computes. */
  private logProbs(pass: Pass, target: Float32Array, forward: () => void): void {
    const { kernels, update, replica } = this;
    const { run, at } = kernels;
    const count = pass.outputRows.length;
    kernels.open(pass);
    kernels.putIntegers(at.outputTargets, this.ordered.targets.subarray(pass.firstOutput, pass.firstOutput + count));
    forward();
    run.targetLogProbs(at.outputLogProbs, count, 0, count, update.loss.temperature[replica]!);
    target.set(kernels.floats(at.outputLogProbs, count), pass.firstOutput);
  }

  /** @param takenAsOld in the place of the old log-probabilities */
  private addLoss(pass: Pass, takenAsOld: Float32Array | undefined): void {
    const { kernels, ordered, update: { loss }, hasOld } = this;
    const { run, at } = kernels;
    const count = pass.outputRows.length;
    const [from, to] = [pass.firstOutput, pass.firstOutput + count];
    const outputs = outputsBetween(ordered, from, to);
    kernels.open(pass);
    putOutputs(kernels, outputs);
    if (takenAsOld) kernels.putFloats(at.outputOldLogProbs, takenAsOld.subarray(from, to));
    run.forward(at.policyPanels, true);
    runGrpoLoss(kernels, loss, { outputs: count, firstLogits: 0, logits: count, ownIsOld: !hasOld });
    raiseSequenceRatio(kernels, outputs, hasOld ? sequenceLogRatios(outputs, kernels.floats(at.outputLogProbs, count)) : undefined);
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
