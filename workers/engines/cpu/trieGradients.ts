import { hasOwnLoss, singlesOut } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import {
  decisivePositionOf, grpoOutputs, outputsAt, outputsBetween, putOutputs, raiseSequenceRatio, runGrpoLoss, type GrpoOutputs,
  type Outputs,
} from './grpoOutputs.js';
import type { CpuKernels } from './kernels.js';
import type { GrpoGradients } from './passGradients.js';
import { correctRollout, sequenceLogRatios, singleOut } from './policyTerms.js';
import type { ReferenceMemory } from './referenceMemory.js';
import { triesOfResponses, type TrieOfSequences } from './sampleResponses.js';
import { keepLogits, openTrie, type Trie, type TrieBuilder } from './trie.js';

export interface TrieGradientsOptions {
  readonly kernels: CpuKernels;
  readonly builder: TrieBuilder;
  readonly update: GrpoUpdate;
  readonly replica: number;
  /** Sequences of the replica. */
  readonly batch: number;
  /** The tries of these very responses, with what the weights in training made of them, where they are still there. */
  readonly sampled: readonly TrieOfSequences[] | undefined;
  readonly memory: ReferenceMemory;
  /** Puts the replica's reference weights in place. */
  readonly loadReference: () => void;
}

/** Some outputs of the replica and the trie that they share. */
interface Part {
  readonly trie: Trie;
  readonly outputs: Outputs;
  /** The row of logits of each output. */
  readonly outputLogits: Int32Array;
}

/** Where so small a share of a trie's rows of logits has a loss, the others are left out of the backward pass. */
const worthMoving = 0.8;

/**
 * Each beginning that sequences share is computed once, and what the rollout computed is not computed again in the first
 * gradient step; responses without a loss have no backward pass. There is no dropout here, whose draws differ between
 * sequences.
 */
export class TrieGradients implements GrpoGradients {
  readonly outputs: GrpoOutputs;
  private parts: readonly Part[];
  private hasOld = false;
  /** Whether the parts' activations are those of the weights in training. */
  private computed: boolean;

  constructor(private readonly options: TrieGradientsOptions) {
    const { kernels, builder, update, replica, batch } = options;
    this.outputs = grpoOutputs(update, replica, batch, false);
    const { starts } = this.outputs;
    const tries = options.sampled ?? triesOfResponses(kernels, builder, update, replica, batch);
    this.computed = options.sampled !== undefined;
    this.parts = tries.map(({ from, to, trie, outputLogits }) => {
      const outputs = outputsBetween(this.outputs, starts[from]!, starts[to]!);
      setReferenceLogProbs(options, trie, outputs, outputLogits);
      return { trie, outputs, outputLogits };
    });
  }

  findOld(known?: Float32Array): void {
    if (known) this.outputs.oldLogProbs.set(known);
    else for (const part of this.parts) this.logProbs(part, part.outputs.oldLogProbs);
    correctRollout(this.outputs, this.options.update.loss, this.options.replica);
    this.hasOld = true;
  }

  add(epoch: number, step: number, isFirst: boolean): void {
    const { kernels, sampled, update, replica } = this.options;
    if (!isFirst) this.computed = false;
    // What is not kept from the rollout lies where these entropies are computed.
    const decisiveLast = this.computed && !sampled;
    if (epoch === 0 && !decisiveLast) this.addDecisiveEntropies();
    if (singlesOut(update.loss.policyLoss)) {
      const current = new Float32Array(this.outputs.targets.length);
      let from = 0;
      for (const part of this.parts) {
        const to = from + part.outputs.targets.length;
        this.logProbs(part, current.subarray(from, to));
        from = to;
      }
      singleOut(this.outputs, current, this.hasOld ? this.outputs.oldLogProbs : current, update, replica, step);
    }
    const { computed } = this;
    this.parts = this.parts.flatMap((part) => {
      openTrie(kernels, part.trie);
      if (!computed) kernels.run.forward(kernels.at.policyPanels, true);
      this.addLoss(part);
      const rest = this.partWithLoss(part);
      if (rest) kernels.run.backward();
      return rest ?? [];
    });
    this.computed = false;
    if (epoch === 0 && decisiveLast) this.addDecisiveEntropies();
  }

  /** Sets the log-probabilities of a part's outputs under the weights in training. */
  private logProbs({ trie, outputs, outputLogits }: Part, target: Float32Array): void {
    const { kernels } = this.options;
    openTrie(kernels, trie);
    if (!this.computed) kernels.run.forward(kernels.at.policyPanels, true);
    if (this.parts.length === 1) this.computed = true;
    kernels.putIntegers(kernels.at.outputTargets, outputs.targets);
    kernels.putIntegers(kernels.at.outputLogits, outputLogits);
    this.findLogProbs(trie, outputLogits.length);
    target.set(kernels.floats(kernels.at.outputLogProbs, outputLogits.length));
  }

  /** Log-probabilities of the outputs in place, to `outputLogProbs`. */
  private findLogProbs(trie: Trie, outputs: number): void {
    const { kernels, update, replica } = this.options;
    findLogProbs(kernels, trie, outputs, update.loss.temperature[replica]!);
  }

  private addLoss({ trie, outputs, outputLogits }: Part): void {
    const { kernels, update: { loss } } = this.options;
    const { at } = kernels;
    const count = outputLogits.length;
    putOutputs(kernels, outputs);
    kernels.putIntegers(at.outputLogits, outputLogits);
    if (loss.policyLoss === 'gspo' && this.hasOld) {
      this.findLogProbs(trie, count);
      const current = kernels.floats(at.outputLogProbs, count);
      kernels.putFloats(at.outputOldLogProbs, sequenceLogRatios(outputs, current).map((ratio, i) => current[i]! - ratio));
    }
    const rows = { outputs: count, firstLogits: trie.first, logits: trie.tokens.length - trie.trunk };
    runGrpoLoss(kernels, loss, { ...rows, ownIsOld: !this.hasOld });
    raiseSequenceRatio(kernels, outputs, this.hasOld ? sequenceLogRatios(outputs, kernels.floats(at.outputLogProbs, count)) : undefined);
  }

  /** What of an open part has a loss: with an advantage of 0 that is the other terms alone. */
  private partWithLoss(part: Part): Part | undefined {
    const { kernels, update, replica } = this.options;
    const { trie, outputs, outputLogits } = part;
    const { advantages } = outputs;
    if (hasOwnLoss(update.loss, replica)) return part;
    const wanted = new Uint8Array(trie.tokens.length - trie.trunk);
    outputLogits.forEach((logit, i) => advantages[i] !== 0 && (wanted[logit - trie.first] = 1));
    const count = wanted.reduce((sum, flag) => sum + flag, 0);
    if (count === 0) return undefined;
    if (count > worthMoving * wanted.length) return part;
    const kept = keepLogits(kernels, trie, wanted);
    openTrie(kernels, kept.trie);
    const places = [...outputLogits.keys()].filter((i) => wanted[outputLogits[i]! - trie.first]);
    return {
      trie: kept.trie,
      outputs: outputsAt(outputs, places),
      outputLogits: Int32Array.from(places, (i) => kept.places[outputLogits[i]! - trie.first]!),
    };
  }

  /** The entropy at the decisive position also counts after responses that end before it, as if padding followed. */
  private addDecisiveEntropies(): void {
    const { kernels, builder, update, replica, batch } = this.options;
    const { promptLength, lengths } = update;
    const position = decisivePositionOf(update) ?? -1;
    const short = Array.from({ length: batch }, (_, b) => replica * batch + b).filter((i) => lengths[i]! <= position);
    for (let from = 0; from < short.length; from += kernels.trieSequences) {
      const some = short.slice(from, from + kernels.trieSequences);
      builder.start(0);
      const rows = new Int32Array(some.length).fill(-1);
      const length = promptLength + position;
      for (let p = 0; p < length; p++) {
        if (p + 1 === length) builder.endTrunk();
        some.forEach((i, s) => (rows[s] = builder.child(rows[s]!, tokenAt(update, i, p))));
      }
      const { count: logits } = builder.newLogits;
      builder.compute(kernels.at.policyPanels);
      kernels.putFloats(kernels.at.outputMasks, new Float32Array(some.length));
      kernels.putIntegers(kernels.at.outputTargets, new Int32Array(some.length));
      kernels.putIntegers(kernels.at.outputDecisive, new Int32Array(some.length).fill(1));
      kernels.putIntegers(kernels.at.outputLogits, rows.map((row) => builder.logit(row)));
      runGrpoLoss(kernels, update.loss, { outputs: some.length, firstLogits: 0, logits, ownIsOld: true });
    }
  }
}

function findLogProbs({ run, at }: CpuKernels, { first, trunk, tokens }: Trie, outputs: number, temperature: number): void {
  run.targetLogProbs(at.outputLogProbs, outputs, first, tokens.length - trunk, temperature);
}

/** What the weights that sampled these tries say of their responses' tokens, response after response. */
export function sampledLogProbs(kernels: CpuKernels, tries: readonly TrieOfSequences[], update: GrpoUpdate, replica: number): Float32Array {
  const { at } = kernels;
  const { targets } = grpoOutputs(update, replica, tries.at(-1)!.to, false);
  const logProbs = new Float32Array(targets.length);
  let from = 0;
  for (const { trie, outputLogits } of tries) {
    const to = from + outputLogits.length;
    openTrie(kernels, trie);
    kernels.putIntegers(at.outputTargets, targets.subarray(from, to));
    kernels.putIntegers(at.outputLogits, outputLogits);
    findLogProbs(kernels, trie, outputLogits.length, update.loss.temperature[replica]!);
    logProbs.set(kernels.floats(at.outputLogProbs, outputLogits.length), from);
    from = to;
  }
  return logProbs;
}

/** Sets the log-probability of each output's token under the reference, nats. */
function setReferenceLogProbs(
  { memory, update, replica, loadReference }: TrieGradientsOptions, trie: Trie, outputs: Outputs, outputLogits: Int32Array,
): void {
  const found = memory.logProbs(trie, outputLogits, outputs.targets, update.loss.temperature[replica]!, loadReference);
  outputs.referenceLogProbs.set(found);
}

/** A token of a sequence, padding after its response. */
function tokenAt({ prompts, promptLength, responses, width, lengths, padding }: GrpoUpdate, i: number, place: number): number {
  if (place < promptLength) return prompts[i * promptLength + place]!;
  const t = place - promptLength;
  return t < lengths[i]! ? responses[i * width + t]! : padding;
}
