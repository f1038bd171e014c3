import { hasOwnLoss } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import {
  decisivePositionOf, grpoOutputs, outputsAt, outputsBetween, putOutputs, runGrpoLoss, type GrpoOutputs, type Outputs,
} from './grpoOutputs.js';
import type { CpuKernels } from './kernels.js';
import type { GrpoGradients } from './passGradients.js';
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
  readonly reference: Float32Array;
  /** Log-probabilities before the first epoch, once they are known. */
  readonly old?: Float32Array;
}

/** Where so small a share of a trie's rows of logits has a loss, the others are left out of the backward pass. */
const worthMoving = 0.8;

/**
 * Each beginning that sequences share is computed once, and what the rollout computed is not computed again in the first
 * epoch; responses without a loss have no backward pass. There is no dropout here, whose draws differ between sequences.
 */
export class TrieGradients implements GrpoGradients {
  readonly outputs: GrpoOutputs;
  private parts: readonly Part[];

  constructor(private readonly options: TrieGradientsOptions) {
    const { kernels, builder, update, replica, batch } = options;
    this.outputs = grpoOutputs(update, replica, batch, false);
    const { starts } = this.outputs;
    const tries = options.sampled ?? triesOfResponses(kernels, builder, update, replica, batch);
    this.parts = tries.map(({ from, to, trie, outputLogits }) => {
      const outputs = outputsBetween(this.outputs, starts[from]!, starts[to]!);
      return { trie, outputs, outputLogits, reference: this.referenceLogProbs(trie, outputs, outputLogits) };
    });
  }

  add(epoch: number): void {
    const { kernels, sampled, update: { innerEpochs } } = this.options;
    if (epoch === 0) this.addDecisiveEntropies();
    this.parts = this.parts.flatMap((part) => {
      openTrie(kernels, part.trie);
      if (epoch > 0 || !sampled) kernels.run.forward(kernels.at.policyPanels, true);
      this.addLoss(part);
      const rest = this.partWithLoss(innerEpochs > 1 && epoch === 0 ? { ...part, old: this.oldLogProbs(part) } : part);
      if (rest) kernels.run.backward();
      return rest ?? [];
    });
  }

  private oldLogProbs({ outputLogits }: Part): Float32Array {
    const { kernels } = this.options;
    return kernels.floats(kernels.at.outputOldLogProbs, outputLogits.length).slice();
  }

  private addLoss({ trie, outputs, outputLogits, reference, old }: Part): void {
    const { kernels, update } = this.options;
    putOutputs(kernels, outputs);
    kernels.putIntegers(kernels.at.outputLogits, outputLogits);
    kernels.putFloats(kernels.at.outputReferenceLogProbs, reference);
    if (old) kernels.putFloats(kernels.at.outputOldLogProbs, old);
    const rows = { outputs: outputLogits.length, firstLogits: trie.first, logits: trie.tokens.length - trie.trunk };
    runGrpoLoss(kernels, update.loss, { ...rows, ownIsOld: !old });
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
      reference: Float32Array.from(places, (i) => part.reference[i]!),
      ...(part.old && { old: Float32Array.from(places, (i) => part.old![i]!) }),
    };
  }

  /** The log-probability of each output's token under the reference, nats. */
  private referenceLogProbs(trie: Trie, { targets }: Outputs, outputLogits: Int32Array): Float32Array {
    const { memory, update, replica, loadReference } = this.options;
    const { first, trunk } = trie;
    const temperature = update.loss.temperature[replica]!;
    const beginnings = memory.meet(trie, temperature);
    memory.learn(trie, beginnings, temperature, loadReference);
    const logProbs = new Float32Array(targets.length);
    for (let i = 0; i < targets.length; i++) {
      logProbs[i] = memory.logProb(beginnings[outputLogits[i]! - first + trunk]!, targets[i]!);
    }
    return logProbs;
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
      const none = new Float32Array(some.length);
      const integers = new Int32Array(some.length);
      putOutputs(kernels, {
        targets: integers, masks: none, weights: none, advantages: none, samplingLogProbs: none,
        decisive: integers.map(() => 1),
      });
      kernels.putIntegers(kernels.at.outputLogits, rows.map((row) => builder.logit(row)));
      runGrpoLoss(kernels, update.loss, { outputs: some.length, firstLogits: 0, logits, ownIsOld: true });
    }
  }
}

/** A token of a sequence, padding after its response. */
function tokenAt({ prompts, promptLength, responses, width, lengths, padding }: GrpoUpdate, i: number, place: number): number {
  if (place < promptLength) return prompts[i * promptLength + place]!;
  const t = place - promptLength;
  return t < lengths[i]! ? responses[i * width + t]! : padding;
}
