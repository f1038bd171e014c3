/** The bench: `npm run bench`, and the page with `?bench`. */
export const bench = {
  'bench.title': 'Bench',
  'bench.intro':
    'Times a training step of each engine of this page, on this machine: GRPO steps from the shipped warm starts, a ' +
    'supervised step of a larger model, and steps of the bi-encoder lab. The engines take turns, so that whatever else the machine does falls on all of them alike.',
  'bench.run': 'Run',
  'bench.run.quick': 'Run the short version',
  'bench.stop': 'Stop',
  'bench.back': 'Back to the playground',
  'bench.progress': 'Case {done} of {cases}: {engines}',
  'bench.ended': 'Done.',
  'bench.failed': 'The bench failed: {reason}',
  'bench.machine': '{cores} cores; WebGPU: {adapter}; {agent}',
  'bench.noAdapter': 'none',
  'bench.markdown': 'The tables as Markdown',
  'bench.peak': 'A plain SIMD matrix product reaches {gflops} GFLOP/s on one core.',

  'bench.case.supervised': 'supervised, width 64',
  'bench.case.biencoder': 'bi-encoder, mean pool',
  'bench.case.shorter': '{task}, at most {most} tokens',

  'bench.table.steps': 'Training steps',
  'bench.table.steps.hint':
    'ms a step: the median over the rounds. GFLOP/s counts the matrix products that the sampled tokens need: rollout, ' +
    'reference and forward pass once each, the backward pass twice; no padding. R: replicas, trained at once.',
  'bench.table.kernels': 'Kernels of the engine webgpu',
  'bench.table.kernels.hint':
    'ms a step that all dispatches of a kernel took, by the GPU’s own clock, in steps of their own; browsers round it, Chrome to 0.1 ms. ' +
    'A profiler that records meanwhile shows each dispatch in the track “WebGPU kernels”.',
  'bench.table.growth': 'How the time of a running-sum step grows',
  'bench.table.growth.hint':
    'ms a step, the fastest round; in brackets, how much that is of a growth in proportion to the work, from n 4 and one replica on. ' +
    'Below 1: larger steps are cheaper for what they do.',
  'bench.table.loss': 'Loss of the first supervised step',
  'bench.table.loss.hint': 'The same everywhere, since the same model learns from the same weights and tokens.',

  'bench.column.case': 'step',
  'bench.column.size': 'size',
  'bench.column.engine': 'engine',
  'bench.column.ms': 'ms a step',
  'bench.column.fastest': 'fastest',
  'bench.column.length': 'tokens a response',
  'bench.column.tokens': 'tokens/s',
  'bench.column.gflops': 'GFLOP/s',
  'bench.column.peak': 'of a plain product',
  'bench.column.dispatches': 'dispatches',
  'bench.column.javascript': 'JavaScript ms',
  'bench.column.ratio': 'time / {engine}',
  'bench.column.allKernels': 'all kernels',
  'bench.column.replicas': 'replicas',
  'bench.column.n': 'rollout n',
  'bench.column.most': 'most tokens',

  'bench.kernel.rollout': 'rollout',
  'bench.kernel.forward': 'forward pass',
  'bench.kernel.backward': 'backward pass',
  'bench.kernel.matrixGradients': 'gradients of matrices',
  'bench.kernel.vectorGradients': 'gradients of embeddings and gains',
  'bench.kernel.tokenLogProbs': 'log-probabilities of tokens',
  'bench.kernel.grpoLoss': 'GRPO loss',
  'bench.kernel.crossEntropy': 'cross-entropy',
  'bench.kernel.rowSums': 'sums of the scalars',
  'bench.kernel.sequenceRatios': 'ratios of responses',
  'bench.kernel.rolloutWeights': 'rollout correction',
  'bench.kernel.singleOut': 'covariance of tokens',
  'bench.kernel.roundWeights': 'rounding of the sampler',
  'bench.kernel.gradientNorm': 'gradient norm',
  'bench.kernel.adamW': 'AdamW',

  'bench.note.untimed': 'The kernels of {engine} could not be timed one by one: WebGPU offers no timestamps here (timestamp-query).',
  'bench.note.failed': '{engine} is left out: {reason}.',
  'bench.note.slow': '{engine} is left out of cases larger than one whose step took it more than {seconds} s.',
} as const;
