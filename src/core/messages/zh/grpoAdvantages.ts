import type { grpoAdvantages as english } from '../en/grpoAdvantages.js';

export const grpoAdvantages: Record<keyof typeof english, string> = {
  'parameter.advantageEstimator': '优势估计器',
  'parameter.advantageEstimator.hint':
    '回复的奖励与什么比较。grpo：组均值。rloo：组内其他回复的均值。reinforce-baseline：减组均值后，再对批内所有 token 做' +
    '白化。opo：按长度加权的均值。pass-k：只有最好的回复有优势，大小为领先第二名的差距。gdpo：各项奖励先各自归一化，再求' +
    '和。',
  'parameter.advantageScale': '优势缩放',
  'parameter.advantageScale.hint':
    '（奖励 − 组均值）除以什么。除以组内标准差时各组同等重要，因此答案打平时，微小的长度差异也会被完全放大；n = 2 时' +
    '只剩先后次序。none：差距保持原样。',
  'parameter.stdFloor': 'σ 下限',
  'parameter.stdFloor.hint':
    '优势除以标准差时加在分母上的小量：TRL 和 ms-swift 为 1e-4，verl 为 1e-6。调大会减弱奖励差距小于这个量级的组；调小则' +
    '这样的组也会被完全放大。奖励差距在 0.1 以上时看不出区别。',

  'option.advantageEstimator.grpo': 'grpo：组均值',
  'option.advantageEstimator.rloo': 'rloo：留一法',
  'option.advantageEstimator.reinforce-baseline': 'reinforce-baseline (REINFORCE++)',
  'option.advantageEstimator.opo': 'opo：长度加权均值',
  'option.advantageEstimator.pass-k': 'pass-k：最佳回复的领先量',
  'option.advantageEstimator.gdpo': 'gdpo：各项奖励分别归一化',
  'option.advantageScale.group': 'group：组内标准差 (GRPO)',
  'option.advantageScale.batch': 'batch：批内标准差',
  'option.advantageScale.none': 'none：不缩放 (Dr. GRPO)',

  'inert.ownScale': '对这个估计器不起作用：它不做除法，或按自己的方式缩放；只有 grpo 和 pass-k 会读取它。',
  'inert.notDivided': '在这里不起作用：优势不除以任何值。',
  'inert.ownFloor': '在这里不起作用：reinforce-baseline 白化时在方差上加的是自己的下限 1e-8。',
};
