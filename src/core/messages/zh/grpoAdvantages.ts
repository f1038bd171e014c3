import type { grpoAdvantages as english } from '../en/grpoAdvantages.js';

export const grpoAdvantages: Record<keyof typeof english, string> = {
  'parameter.filterGroups': '过滤死组',
  'parameter.filterGroups.hint':
    'DAPO 的动态采样：丢弃死组，继续抽取新的 prompt 采样，直到凑够本步所需的活组。打开后，每次更新的各组都有东西可学，但采' +
    '样开销更大；奖励、长度等只统计留下的组。',
  'parameter.maxGenerationBatches': '采样批数上限',
  'parameter.maxGenerationBatches.hint':
    '每步最多采样几批 prompt。调大能找到更多活组，代价也更高。仍不够时用本步的死组补足；verl 的 DAPO 配方此时直接报错，' +
    'ms-swift 则退回第一批。',
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
    '这样的组也会被完全放大。差距为 0.001 时，两者最终都是 0.88。',

  'parameter.entropyTarget': '目标熵',
  'parameter.entropyTarget.hint':
    '熵系数从旋钮的值出发，每步移动 0.005：熵不高于目标时上升，否则下降；熵高于目标时不给熵奖励。调大会保留更多随机性：' +
    'running-sum 上 0.1 最终 0.81，0.3 最终 0.43。0 表示系数固定不变。',
  'parameter.verifierFalsePositive': '误判为对的比例',
  'parameter.verifierFalsePositive.hint':
    '答错却告诉训练“答对”的比例；验证的评判不受影响。调大会奖励错误答案，死组也会因噪声“复活”。只要答对仍更常得分，' +
    '平均方向就不变。',
  'parameter.verifierFalseNegative': '误判为错的比例',
  'parameter.verifierFalseNegative.hint':
    '答对却告诉训练“答错”的比例，如解析过严或超时；验证的评判不受影响。调大则进步更慢、噪声更大：后期组内的差异几乎都' +
    '是误判。',
  'parameter.overlongBuffer': '超长缓冲区',
  'parameter.overlongBuffer.hint':
    'DAPO 的软惩罚：在最大回复长度之前的这么多 token 内，奖励随长度线性下降，降幅最多为惩罚值。调大则更早开始惩罚，正常' +
    '结束的回复也受影响。0 表示不惩罚。',
  'parameter.overlongPenalty': '超长惩罚',
  'parameter.overlongPenalty.hint':
    '达到最大回复长度的回复扣多少分。调大会更强硬地缩短回复，牺牲其他奖励：超过答对的奖励时，写得短就比答对更划算。0 表' +
    '示不扣。',

  'option.advantageEstimator.grpo': 'grpo：组均值',
  'option.advantageEstimator.rloo': 'rloo：留一法',
  'option.advantageEstimator.reinforce-baseline': 'reinforce-baseline (REINFORCE++)',
  'option.advantageEstimator.opo': 'opo：长度加权均值',
  'option.advantageEstimator.pass-k': 'pass-k：最佳回复的领先量',
  'option.advantageEstimator.gdpo': 'gdpo：各项奖励分别归一化',
  'option.advantageScale.group': 'group：组内标准差 (GRPO)',
  'option.advantageScale.batch': 'batch：批内标准差',
  'option.advantageScale.none': 'none：不缩放 (Dr. GRPO)',

  'inert.noOverlongBuffer': '超长缓冲区为 0 时不起作用。',
  'inert.ownScale': '对这个估计器不起作用：它不做除法，或按自己的方式缩放；只有 grpo 和 pass-k 会读取它。',
  'inert.notDivided': '在这里不起作用：优势不除以任何值。',
  'inert.ownFloor': '在这里不起作用：reinforce-baseline 白化时在方差上加的是自己的下限 1e-8。',
};
