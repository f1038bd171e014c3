/** The labs to choose from, and what they have in common. */
export const labs = {
  'lab.grpo': 'GRPO',
  'lab.grpo.about': 'Reinforcement learning of a language model with groups of answers',
  'lab.biencoder': 'Bi-encoder',
  'lab.biencoder.about': 'Contrastive retrieval: queries find their counter-arguments',
  'lab.reward-model': 'Reward model',
  'lab.reward-model.about': 'Learning from pairs which of two answers people prefer',
  'lab.pointer': 'Pointer selector',
  'lab.pointer.about': 'Choosing a good pair of examples from a pool of candidates',

  'group.telling': 'About this preset',
  'group.run': 'Run',
  'parameter.replicas': 'Replicas',
  'parameter.replicas.hint':
    'Copies trained side by side with seed, seed + 1, …; charts show their mean and spread. One run proves little. ' +
    'More replicas make each step slower.',
  'parameter.seed': 'Seed',
  'parameter.seed.hint':
    'Decides the first weights, the data and every random draw. The same settings, seed and engine give the same ' +
    'curves bit for bit; another seed shows what was luck.',
  'parameter.engine': 'Engine',
  'parameter.engine.hint':
    'What computes the training: fused kernels on the GPU or the CPU (cpu-fma needs a recent browser), or plain ' +
    'TensorFlow.js operations (reference-…). Same formulas, other rounding. auto takes what is fastest on this run.',
  'option.engine.auto': 'auto',
  'option.engine.webgpu': 'GPU kernels (webgpu)',
  'option.engine.cpu-fma': 'CPU kernels, fused multiply-add (cpu-fma)',
  'option.engine.cpu': 'CPU kernels (cpu)',
  'option.engine.reference-webgpu': 'GPU (reference-webgpu)',
  'option.engine.reference-wasm': 'CPU (reference-wasm)',
  'option.engine.reference-cpu': 'CPU, plain JavaScript (reference-cpu)',

  'unit.score': 'score',
  'unit.share': 'share',
  'unit.nats': 'nats',
  'unit.tokens': 'tokens',
  'unit.groups': 'groups',
  'unit.coefficient': 'coefficient',
  'unit.norm': 'L2 norm',
  'unit.loss': 'loss',
  'unit.rate': 'rate',
  'unit.ratio': 'ratio',
} as const;
