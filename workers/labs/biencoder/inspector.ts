import { relationOf, sentenceLength } from '../../../src/core/labs/biencoder/grammar.js';
import type { EvaluationInspection, Sentence, SimilarityMatrix } from '../../../src/core/labs/biencoder/inspection.js';
import { rankOf, rowCount } from '../../losses/retrievalMetrics.js';
import {
  evaluationBatch, meaningOfDocument, meaningOfQuery, nearest, scoresOf,
  type Evaluation, type EvaluationSet, type ReplicaEvaluation,
} from './evaluation.js';
import type { ModelShape } from './model.js';
import { principalPlane } from './principalPlane.js';
import { validationDocuments, validationQueries, type Pair } from './sentences.js';

const bars = 40;
const documentsShown = 5;

/** What of an inspection is the same whichever query is looked at. */
type Overview = Pick<EvaluationInspection, 'histogram' | 'matrices' | 'map'>;

/** Makes what the lab's views show of the last evaluation, for the replica and the query that somebody looks at. */
export class Inspector {
  private step = 0;
  private evaluation: Evaluation | undefined;
  private inspected: EvaluationInspection | undefined;
  /** Of the last evaluation, by replica: made once, when somebody first looks. */
  private readonly overviews = new Map<number, Overview>();
  /** Where sentences were placed last, by replica. */
  private readonly places = new Map<number, Float32Array>();

  constructor(
    private readonly shape: ModelShape,
    private readonly validation: readonly (readonly Pair[])[],
    private readonly seen: EvaluationSet,
    private readonly heldOut: EvaluationSet,
  ) {}

  take(step: number, evaluation: Evaluation): void {
    this.step = step;
    this.evaluation = evaluation;
    this.inspected = undefined;
    this.overviews.clear();
  }

  inspect(replica: number, item: number): EvaluationInspection | undefined {
    const own = this.evaluation?.replicas[replica];
    if (!own) return undefined;
    const query = Math.min(item, validationQueries - 1);
    const { inspected } = this;
    if (inspected?.replica === replica && inspected.retrieval.item === query) return inspected;
    const overview = this.overviews.get(replica) ?? this.overview(replica, own);
    this.overviews.set(replica, overview);
    return (this.inspected = {
      kind: 'evaluation',
      step: this.step,
      replica,
      ...overview,
      first: own.first,
      retrieval: this.retrieve(replica, query, own),
    });
  }

  private overview(replica: number, own: ReplicaEvaluation): Overview {
    return {
      histogram: histogramOf(own.scores, this.shape),
      matrices: {
        training: matrixOf(this.seen, replica, own.trainingMatrix),
        validation: matrixOf(this.heldOut, replica, own.validationMatrix),
      },
      map: this.map(replica, own),
    };
  }

  private retrieve(replica: number, item: number, { scores }: ReplicaEvaluation): EvaluationInspection['retrieval'] {
    const pairs = this.validation[replica]!;
    const own = scoresOf(scores, item);
    const sought = item % validationDocuments;
    const meaning = meaningOfQuery(item);
    return {
      item,
      query: { tokens: [...pairs[item]!.query], meaning },
      rank: rankOf(own, sought),
      found: nearest(own, sought, documentsShown).map((document) => ({
        document: { tokens: [...pairs[document]!.document], meaning: meaningOfDocument(document) },
        similarity: own[document]!,
        relation: relationOf(meaning, meaningOfDocument(document)),
      })),
    };
  }

  private map(replica: number, { queries, documents }: ReplicaEvaluation): EvaluationInspection['map'] {
    const count = rowCount(queries);
    const values = new Float32Array(queries.values.length + documents.values.length);
    values.set(queries.values);
    values.set(documents.values, queries.values.length);
    const { places, explained } = principalPlane({ values, width: queries.width }, this.places.get(replica));
    this.places.set(replica, places);
    return {
      queries: { meanings: Array.from({ length: count }, (_, i) => meaningOfQuery(i)), places: places.slice(0, 2 * count) },
      documents: {
        meanings: Array.from({ length: rowCount(documents) }, (_, i) => meaningOfDocument(i)),
        places: places.slice(2 * count),
      },
      explained,
    };
  }
}

function histogramOf(scores: Float32Array, { head }: ModelShape): EvaluationInspection['histogram'] {
  const low = head === 'pair' ? Math.floor(scores.reduce((least, score) => Math.min(least, score), Infinity)) : -1;
  const high = head === 'pair' ? Math.ceil(scores.reduce((most, score) => Math.max(most, score), -Infinity)) : 1;
  const positives = new Array<number>(bars).fill(0);
  const negatives = new Array<number>(bars).fill(0);
  scores.forEach((score, i) => {
    const [query, document] = [Math.floor(i / validationDocuments), i % validationDocuments];
    const bar = Math.min(bars - 1, Math.max(0, Math.floor(((score - low) / Math.max(1e-9, high - low)) * bars)));
    const counts = document === query % validationDocuments ? positives : negatives;
    counts[bar]!++;
  });
  return { low, high, positives, negatives };
}

/** The first batch of a set, its queries in the order of their meanings and the documents in the order of their queries. */
function matrixOf({ batch }: EvaluationSet, replica: number, similarities: Float32Array): SimilarityMatrix {
  const { sentences, batches } = batch;
  const N = evaluationBatch;
  const firstRow = replica * batches * N;
  const sentence = (place: number, meaning: number): Sentence => {
    const start = (3 * firstRow + place) * sentenceLength;
    return { tokens: [...sentences.subarray(start, start + sentenceLength)], meaning };
  };
  const queries = Array.from({ length: N }, (_, i) => sentence(i, batch.queries[firstRow + i]!));
  const documents = Array.from({ length: 2 * N }, (_, i) => sentence(batches * N + i, batch.documents[2 * firstRow + i]!));
  const rows = [...queries.keys()].sort((a, b) => queries[a]!.meaning - queries[b]!.meaning || a - b);
  const columns = [...rows, ...rows.map((row) => N + row)];
  return {
    queries: rows.map((row) => queries[row]!),
    documents: columns.map((column) => documents[column]!),
    similarities: Float32Array.from(rows.flatMap((row) => columns.map((column) => similarities[row * 2 * N + column]!))),
  };
}
