import type { Operations, Value } from '../../workers/engines/operations.js';
import { infoNCE } from '../../workers/losses/infoNCE.js';
import { retrievalMetrics } from '../../workers/losses/retrievalMetrics.js';
import { distances, tripletLoss, type Distance } from '../../workers/losses/tripletLoss.js';
import { beforeFirst, reduceOnPlateau, type PlateauRule } from '../../workers/optimizer/reduceOnPlateau.js';
import { embed, encode, modelLayout, type ModelShape } from '../../workers/labs/biencoder/model.js';
import { differentiate, differentiateNetwork, type CreateLearner, type Nested } from './differentiate.js';
import type { Compute, Inputs } from './compute.js';

const rowsOf = (inputs: Inputs, key: string): { values: number[]; width: number } => {
  const rows = inputs[key] as number[][];
  return { values: rows.flat(), width: rows[0]!.length };
};

/** The bi-encoder lab's functions on one implementation of the operations. */
export const biencoderFunctionsOn = (createLearner: CreateLearner): Readonly<Record<string, Compute>> => ({
  infoNCE: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const parameters = { queries: each<unknown[]>('queries'), documents: each<unknown[]>('documents') };
    const inBatch = (operations: Operations, name: string): Value => {
      const rows = operations.unitRows(operations.parameter(name));
      const [R, n, d] = rows.shape as [number, number, number];
      return operations.reshape(rows, [R, 1, n, d]);
    };
    const { loss, gradients } = await differentiate(createLearner, parameters, (operations) =>
      infoNCE(operations, inBatch(operations, 'queries'), inBatch(operations, 'documents'), {
        ignore: Float32Array.from(each<number[][]>('ignore').flat(2)),
        temperature: each<number>('temperature'),
        labelSmoothing: each<number>('labelSmoothing'),
        symmetric: replicas[0]!['symmetric'] as boolean,
      }),
    );
    return replicas.map((_, r) => ({
      loss: loss[r],
      gradQueries: gradients['queries']![r],
      gradDocuments: gradients['documents']![r],
    }));
  },

  tripletLoss: async (replicas) => {
    const each = <T>(key: string): T[] => replicas.map((inputs) => inputs[key] as T);
    const parameters = {
      anchors: each<unknown[]>('anchors'),
      positives: each<unknown[]>('positives'),
      negatives: each<unknown[]>('negatives'),
    };
    const { loss, gradients } = await differentiate(createLearner, parameters, (operations) => {
      const n = parameters.anchors[0]!.length;
      const own = Int32Array.from({ length: replicas.length * n }, (_, i) => i % n);
      const toOwn = (others: string): Value => {
        const kind = replicas[0]!['distance'] as Distance;
        const all = distances(operations, operations.parameter('anchors'), operations.parameter(others), kind);
        return operations.reshape(operations.pickColumns(all, own), [replicas.length, n]);
      };
      const counts = new Float32Array(own.length).fill(1);
      return tripletLoss(operations, toOwn('positives'), toOwn('negatives'), each<number>('margin'), counts);
    });
    return replicas.map((_, r) => ({
      loss: loss[r],
      gradAnchors: gradients['anchors']![r],
      gradPositives: gradients['positives']![r],
      gradNegatives: gradients['negatives']![r],
    }));
  },

  meanPoolTower: async (replicas) => {
    const shape: ModelShape = {
      ...(replicas[0]!['shape'] as Pick<ModelShape, 'width' | 'outputSize' | 'fusion' | 'head'>),
      tower: 'mean-pool', headNorm: false, headActivation: false,
    };
    const each = (key: string): number[] => replicas.flatMap((inputs) => [inputs[key] as number[]].flat(2));
    const sentences = Int32Array.from(each('sentences'));
    const forward = (operations: Operations): [Value, Value, Value] => {
      const encoded = encode(operations, shape, sentences, replicas.map(() => 0));
      return [encoded, embed(operations, shape, encoded, 'query'), embed(operations, shape, encoded, 'document')];
    };
    const { outputs, gradients } = await differentiateNetwork(createLearner, modelLayout(shape), each('parameters'), {
      forward,
      upstream: [undefined, each('upstreamQueries'), each('upstreamDocuments')],
    });
    const [encoded, queries, documents] = outputs as [Nested[], Nested[], Nested[]];
    return replicas.map((_, r) => ({
      encoded: encoded[r], queries: queries[r], documents: documents[r], gradParameters: gradients[r],
    }));
  },

  retrievalMetrics: (replicas) =>
    replicas.map((inputs) => ({
      ...retrievalMetrics(rowsOf(inputs, 'queries'), rowsOf(inputs, 'documents'), inputs['relevant'] as number[]),
    })),

  reduceOnPlateau: (replicas) =>
    replicas.map((inputs) => {
      let plateau = beforeFirst;
      const multipliers = (inputs['values'] as number[]).map((value) => {
        plateau = reduceOnPlateau(plateau, value, inputs as unknown as PlateauRule);
        return plateau.multiplier;
      });
      return { multipliers };
    }),
});
