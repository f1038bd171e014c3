import { randomKey, streams } from '../../../src/core/random.js';
import { grpoScalars, klEstimators, policyLosses, rolloutCorrections, singlesOut } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import { addGrpoBatch, type GrpoBatch } from './batches.js';
import type { Kernels } from './kernels.js';
import { addGrpoKnobs } from './knobs.js';
import { none } from './grpoLoss.js';
import { rowLanes } from './losses.js';
import type { Memory, Storage } from './memory.js';
import { addDropout, type Pass, type Passes } from './passes.js';
import { placeColumns, rowColumns, sequenceLanes, type RowColumn, type RowColumnPlaces } from './policyTerms.js';
import type { Population } from './population.js';
import type { Recorder } from './recorder.js';
import type { Rows } from './rows.js';

interface Common {
  readonly kernels: Kernels;
  readonly memory: Memory;
  readonly passes: Passes;
  readonly recorder: Recorder;
  readonly replicas: number;
}

/** Records the gradient of GRPO's loss on one mini-batch, gradient step by gradient step. */
export class GrpoPasses {
  readonly rows: Rows;
  readonly rowValues: Storage;
  private readonly batch: GrpoBatch;
  private readonly knobs: ReturnType<typeof addGrpoKnobs>;
  private readonly all: readonly Pass[];
  private readonly activations: Storage;
  private readonly gradients: Storage;
  /** Whether the old log-probabilities are found before the first gradient step. */
  private readonly hasOld: boolean;
  private logProbs!: Storage;
  private columns!: RowColumnPlaces;
  /** Whether the records are those of the policies in training, and of the reference, without dropout. */
  private computed = false;

  /** All mini-batches of an update. */
  static of(common: Common, updates: readonly GrpoUpdate[], options: { readonly severalSteps: boolean }): GrpoPasses[] {
    const batches = updates.map((update) => new GrpoPasses(common, update, options));
    const total = batches.reduce((sum, { rows }) => sum + rows.mostRows, 0);
    const logProbs = common.memory.workspace('logProbs', 4 * rowColumns.length * total);
    let first = 0;
    for (const batch of batches) {
      batch.logProbs = logProbs;
      batch.columns = placeColumns(first, batch.rows.mostRows);
      first += rowColumns.length * batch.rows.mostRows;
    }
    return batches;
  }

  private constructor(
    private readonly common: Common,
    private readonly update: GrpoUpdate,
    { severalSteps }: { readonly severalSteps: boolean },
  ) {
    const { memory, passes, recorder, replicas } = common;
    this.batch = addGrpoBatch(recorder.inputs, update, replicas);
    this.rows = this.batch.rows;
    this.knobs = addGrpoKnobs(recorder.inputs, update, replicas);
    this.all = passes.split(this.rows);
    ({ activations: this.activations, gradients: this.gradients } = passes.records(this.rows));
    this.rowValues = memory.workspace('rowValues', 4 * grpoScalars.length * this.rows.mostRows);
    this.hasOld = severalSteps || update.loss.rolloutCorrection !== 'off';
  }

  /** What the policies before the step and the reference say, where it is needed more than once. */
  prepare(parameters: Storage): void {
    if (!this.hasOld) return;
    const { common, activations } = this;
    for (const pass of this.all) {
      common.passes.forward(common.recorder, this.rows, pass, { parameters, activations }, { dropout: 0, withReference: true });
      this.keepLogProbs(pass, 'reference');
      this.keepLogProbs(pass, 'old');
    }
    this.computed = this.all.length === 1;
    const { rolloutCorrection } = this.update.loss;
    if (rolloutCorrection === 'off') return;
    const { recorder, kernels } = common;
    const { old, policyWeight } = this.columns;
    const call = {
      ...this.sequences(),
      sequences: this.rows.sequences,
      knobs: this.knobs.knobs,
      sampled: this.batch.sampled,
      correction: rolloutCorrections.indexOf(rolloutCorrection),
      old,
      policyWeight,
    };
    const count = call.endSequence - call.firstSequence;
    recorder.dispatch(kernels.rolloutWeights, { logProbs: this.logProbs }, call, Math.ceil(count / sequenceLanes));
  }

  /**
   * Records a gradient step's part up to the gradient `[R, P]`.
   *
   * @param step that draws are made under
   * @param isFirst whether nothing was computed since `prepare`
   */
  addGradient(population: Population, step: number, isFirst: boolean): void {
    const { common: { passes, recorder }, rows, all, activations, gradients, update } = this;
    const { parameters, gradient } = population;
    const { policyLoss } = update.loss;
    const dropout = addDropout(recorder.inputs, { ...update.dropout, step });
    const computed = isFirst && this.computed && dropout === 0;
    const forward = (pass: Pass): void => {
      passes.forward(recorder, rows, pass, { parameters, activations }, { dropout, withReference: !this.hasOld });
    };
    if (singlesOut(policyLoss)) {
      for (const pass of all) {
        if (!computed) forward(pass);
        this.keepLogProbs(pass, 'current');
      }
      this.singleOut(step);
    }
    const inPlace = computed || (singlesOut(policyLoss) && all.length === 1);
    for (const pass of all) {
      if (!inPlace) forward(pass);
      if (!this.hasOld) this.keepLogProbs(pass, 'reference');
      if (this.hasOld) this.findSequenceRatios(pass);
      this.addLoss(pass);
      passes.backward(recorder, rows, pass, { parameters, activations, gradients, gradient }, { dropout });
    }
    this.computed = false;
  }

  /** The log-probabilities under the policies, or the reference's, whose records follow theirs. */
  private keepLogProbs(pass: Pass, column: Extract<RowColumn, 'reference' | 'old' | 'current'>): void {
    const { common: { recorder, kernels }, activations, logProbs } = this;
    const skip = column === 'reference' ? pass.endRow - pass.firstRow : 0;
    const call = { ...this.rowsCall(pass), skip, to: this.columns[column] };
    recorder.dispatch(kernels.tokenLogProbs, { activations, logProbs }, call, groups(pass));
  }

  private findSequenceRatios(pass: Pass): void {
    const { common: { recorder, kernels }, logProbs } = this;
    const { old, current, takenAsOld, sequenceLogRatio } = this.columns;
    this.keepLogProbs(pass, 'current');
    const { firstSequence, endSequence } = pass;
    const call = { ...this.sequences(), firstSequence, endSequence, old, current, takenAsOld, sequenceLogRatio };
    recorder.dispatch(kernels.sequenceRatios, { logProbs }, call, Math.ceil((endSequence - firstSequence) / sequenceLanes));
  }

  private singleOut(step: number): void {
    const { common: { recorder, kernels, replicas }, update, rows, columns } = this;
    const { old, current, singledOut, order } = columns;
    const { dropout, maxResponseLength, loss } = update;
    const { offset: keys, view } = recorder.inputs.addWords(replicas);
    view.set(dropout.seeds.map((seed) => randomKey(seed, streams.covariance, step)));
    const call = {
      sequences: rows.sequences,
      starts: rows.starts,
      responses: this.knobs.responses,
      knobs: this.knobs.knobs,
      owners: rows.owners,
      firstPosition: this.batch.firstPosition,
      maxResponseLength,
      keys,
      policyLoss: policyLosses.indexOf(loss.policyLoss),
      old: this.hasOld ? old : current,
      current,
      singledOut,
      order,
    };
    recorder.dispatch(kernels.singleOut, { logProbs: this.logProbs }, call, replicas);
  }

  private addLoss(pass: Pass): void {
    const { common: { recorder, kernels }, update: { loss }, columns, hasOld } = this;
    const { logProbs, activations, gradients, rowValues } = this;
    const decisive = loss.decisivePosition ?? -1;
    const where = (column: RowColumn, isThere: boolean): number => (isThere ? columns[column] : none);
    const call = {
      ...this.rowsCall(pass),
      responses: this.knobs.responses,
      sampled: this.batch.sampled,
      reference: columns.reference,
      old: where('old', hasOld),
      takenAsOld: where('takenAsOld', hasOld && loss.policyLoss === 'gspo'),
      sequenceLogRatio: where('sequenceLogRatio', hasOld),
      policyWeight: where('policyWeight', loss.rolloutCorrection !== 'off'),
      singledOut: where('singledOut', singlesOut(loss.policyLoss)),
      policyLoss: policyLosses.indexOf(loss.policyLoss),
      klCorrection: Number(loss.klCorrection),
      firstPosition: this.batch.firstPosition,
      decisive: decisive < 0 ? none : decisive,
      estimator: klEstimators.indexOf(loss.klEstimator),
    };
    recorder.dispatch(kernels.grpoLoss, { logProbs, activations, gradients, rowValues }, call, groups(pass));
  }

  private rowsCall({ firstRow, endRow }: Pass) {
    const { rows: { sequences, owners }, batch: { targets }, knobs: { knobs } } = this;
    return { firstRow, endRow, sequences, owners, targets, knobs };
  }

  private sequences() {
    const { rows, batch: { firstPosition }, knobs: { responses } } = this;
    return { firstSequence: 0, endSequence: rows.bounds.length - 1, starts: rows.starts, responses, firstPosition };
  }
}

function groups({ firstRow, endRow }: Pass): number {
  return Math.ceil((endRow - firstRow) / rowLanes);
}
