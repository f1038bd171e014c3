import { answerLength, vocabularySize } from '../../../src/core/labs/reward-model/vocabulary.js';
import type { Adapter, RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import { RandomSequence, streams } from '../../../src/core/random.js';
import type { Operations, Value } from '../../engines/operations.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { doraLinear, loraLinear } from '../../model/adapters.js';
import { ParameterLayout, type ParameterEntry } from '../../engines/layout.js';
import type { Population } from '../population.js';

export const width = 32;
const hidden = 64;

/** The base's linear layers, which adapters change: name, inputs, outputs. */
const linears = [
  ['mlp.0.up', width, hidden],
  ['mlp.0.down', hidden, width],
  ['mlp.1.up', width, hidden],
  ['mlp.1.down', hidden, width],
] as const;
type Linear = (typeof linears)[number][0];

const norm = (name: string): [string, number[]][] => [[`${name}.gain`, [width]], [`${name}.bias`, [width]]];

/** Keeps the draws of adapters and head apart from those of the base. */
const firstDraw = 0x1000;

/** The order of the base's parameters; its file relies on it. Weights of linear layers are `[out, in]`, as in PyTorch. */
export const baseEntries: readonly (readonly [string, readonly number[]])[] = [
  ['embedding', [vocabularySize, width]],
  ...norm('mlp.0.norm'),
  ...norm('mlp.1.norm'),
  ...linears.flatMap(([name, inputs, outputs]): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ]),
  ...norm('norm'),
];
export const baseLayout = new ParameterLayout(baseEntries);

/** A trainable or frozen parameter of the base. */
type Weights = (name: string) => Value;

/**
 * What the base makes of answers: the mean of their words' vectors, then two residual blocks of two layers.
 *
 * @param answers words `[R · n · answerLength]`
 * @param linear one of its linear layers, without its bias
 * @returns `[R, n, width]`
 */
export function baseFeatures(
  operations: Operations,
  answers: Int32Array,
  weight: Weights,
  linear: (name: Linear, x: Value) => Value = (name, x) => operations.matMul(x, weight(`${name}.weight`), true),
): Value {
  const normed = (name: string, x: Value): Value => operations.layerNorm(x, weight(`${name}.gain`), weight(`${name}.bias`));
  const layer = (name: Linear, x: Value): Value => operations.add(linear(name, x), weight(`${name}.bias`));
  const block = (i: 0 | 1, x: Value): Value => {
    const activations = operations.relu(layer(`mlp.${i}.up`, normed(`mlp.${i}.norm`, x)));
    return operations.add(x, layer(`mlp.${i}.down`, activations));
  };
  const mean = operations.gatherMean(weight('embedding'), answers, answerLength);
  return normed('norm', block(1, block(0, operations.linear(mean, Math.sqrt(answerLength)))));
}

/** Fresh weights of a base, one a seed: `[seeds, P]`, as PyTorch initialises linear layers. */
export function initialiseBase(layout: ParameterLayout, seeds: PerReplica): Float32Array {
  const weights = new Float32Array(seeds.length * layout.size);
  const fanIn = new Map(layout.entries.filter(({ shape }) => shape.length === 2).map(({ name, shape }) => [name, shape[1]!]));
  seeds.forEach((seed, replica) => {
    layout.entries.forEach(({ name, offset, size }, index) => {
      const values = weights.subarray(replica * layout.size + offset).subarray(0, size);
      const random = new RandomSequence(seed, streams.initialisation, index);
      const inputs = fanIn.get(name.replace(/\.bias$/, '.weight'));
      if (name === 'embedding') values.forEach((_, i) => (values[i] = 0.5 * random.normal()));
      else if (inputs !== undefined) fillUniform(values, inputs, random);
      else values.fill(name.endsWith('.gain') ? 1 : 0);
    });
  });
  return weights;
}

/** Draws a linear layer's values uniformly from ±1/√inputs, as `torch.nn.Linear` starts its weight and bias. */
function fillUniform(values: Float32Array, inputs: number, random: RandomSequence): void {
  values.forEach((_, i) => (values[i] = (2 * random.uniform() - 1) / Math.sqrt(inputs)));
}

/** What is trained: adapters beside a frozen base or the whole base, and the reward head. */
export class RewardModel {
  readonly layout: ParameterLayout;
  private readonly adapter: Adapter;
  private readonly rank: number;
  private readonly stabilized: boolean;
  private readonly frozen: ReadonlyMap<string, { readonly values: Float32Array; readonly shape: readonly number[] }>;

  /** @param base `[R, P]` */
  constructor(
    config: RewardModelConfig,
    readonly base: Float32Array,
  ) {
    this.adapter = config.adapter;
    this.rank = config.rank;
    this.stabilized = config.rankStabilized;
    this.layout = new ParameterLayout([...this.trainedEntries(), ['head.weight', [1, width]], ['head.bias', [1]]]);
    const replicas = base.length / baseLayout.size;
    this.frozen = new Map(
      baseLayout.entries.map((entry) => [entry.name, { values: this.ofBase(entry), shape: [replicas, ...entry.shape] }]),
    );
  }

  /**
   * The trained parameters before the first step, `[R, P]`. A and the head, its bias too, are uniform in ±1/√inputs, as
   * PEFT's `LoraLayer.reset_lora_parameters` and torch's `Linear` start (kaiming_uniform with a = √5); B is 0, so that
   * the model starts as its base with a random head.
   */
  start(seeds: PerReplica): Float32Array {
    const { layout } = this;
    const weights = new Float32Array(seeds.length * layout.size);
    seeds.forEach((seed, replica) => {
      layout.entries.forEach((entry, index) => {
        const values = weights.subarray(replica * layout.size + entry.offset).subarray(0, entry.size);
        const random = new RandomSequence(seed, streams.initialisation, firstDraw + index);
        if (entry.name.startsWith('head.')) fillUniform(values, width, random);
        else if (entry.name.endsWith('.a')) fillUniform(values, entry.shape[1]!, random);
        else if (entry.name.endsWith('.magnitude')) values.set(this.rowNorms(entry.name, replica));
        else if (this.adapter === 'full') values.set(this.ofReplica(entry.name, replica));
      });
    });
    return weights;
  }

  /** One reward an answer, `[R, n]`, of words `[R · n · answerLength]`. */
  rewards(operations: Operations, answers: Int32Array, population: Population<RewardModelConfig>): Value {
    const frozen = (name: string): Value => {
      const { values, shape } = this.frozen.get(name)!;
      return operations.constant(values, shape);
    };
    const features =
      this.adapter === 'full'
        ? baseFeatures(operations, answers, (name) => operations.parameter(name))
        : baseFeatures(operations, answers, frozen, this.adapted(operations, frozen, population));
    const dropped = operations.dropout(features, population.knob('dropout'));
    const rewards = operations.matMul(dropped, operations.parameter('head.weight'), true);
    const n = features.shape[1]!;
    return operations.reshape(operations.add(rewards, operations.parameter('head.bias')), [operations.replicas, n]);
  }

  private adapted(operations: Operations, frozen: Weights, population: Population<RewardModelConfig>): (name: Linear, x: Value) => Value {
    const dropout = population.knob('adapterDropout');
    const divisor = this.stabilized ? Math.sqrt(this.rank) : this.rank;
    const scales = Float32Array.from(population.knob('alpha'), (alpha) => alpha / divisor);
    const scale = operations.constant(scales, [scales.length]);
    return (name, x) => {
      const factors = {
        weight: frozen(`${name}.weight`),
        a: operations.parameter(`${name}.a`),
        b: operations.parameter(`${name}.b`),
        scale,
      };
      return this.adapter === 'dora'
        ? doraLinear(operations, x, factors, operations.parameter(`${name}.magnitude`), dropout)
        : loraLinear(operations, x, factors, dropout);
    };
  }

  private trainedEntries(): readonly (readonly [string, readonly number[]])[] {
    if (this.adapter === 'full') return baseEntries;
    return linears.flatMap(([name, inputs, outputs]): [string, number[]][] => [
      [`${name}.a`, [this.rank, inputs]],
      [`${name}.b`, [outputs, this.rank]],
      ...(this.adapter === 'dora' ? [[`${name}.magnitude`, [outputs]] as [string, number[]]] : []),
    ]);
  }

  /** A parameter of the base, `[R, …shape]`. */
  private ofBase({ offset, size }: ParameterEntry): Float32Array {
    const replicas = this.base.length / baseLayout.size;
    const values = new Float32Array(replicas * size);
    for (let replica = 0; replica < replicas; replica++) {
      values.set(this.base.subarray(replica * baseLayout.size + offset).subarray(0, size), replica * size);
    }
    return values;
  }

  private ofReplica(name: string, replica: number): Float32Array {
    const { values, shape } = this.frozen.get(name)!;
    const size = values.length / shape[0]!;
    return values.subarray(replica * size, (replica + 1) * size);
  }

  /** The norms of the rows of the weight to which a magnitude belongs. */
  private rowNorms(magnitude: string, replica: number): Float32Array {
    const name = magnitude.replace(/magnitude$/, 'weight');
    const weight = this.ofReplica(name, replica);
    const inputs = this.frozen.get(name)!.shape[2]!;
    return Float32Array.from({ length: weight.length / inputs }, (_, row) =>
      Math.hypot(...weight.subarray(row * inputs, (row + 1) * inputs)),
    );
  }
}
