import type { pointerMetrics as english } from '../en/pointerMetrics.js';

export const pointerMetrics: Record<keyof typeof english, string> = {
  'metric.validationScore': '验证得分',
  'metric.validationScore.hint':
    '在 400 个留出查询上，最可能的选取的平均得分：1 表示总是最佳选法，0 相当于随机。种子之间的标准差约 0.015，相信 0.02 的' +
    '差别之前请多看几个种子。',
  'metric.trainScore': '训练得分',
  'metric.trainScore.hint':
    '在 512 个训练查询上的同一得分，不用 dropout。阴影部分的差距就是没能迁移的部分。两者都低：训练太少，再加正则化只会更差。',
  'metric.trainLoss': '训练损失',
  'metric.trainLoss.hint':
    '本步这一批的交叉熵（每次选取），含训练时的 dropout、平滑和奖励权重。各阶段的构成不同：不要拿 V2 的与 V3 的比。每步一个' +
    '查询时噪声很大，请平滑后再看。',
  'metric.validationLoss': '验证损失',
  'metric.validationLoss.hint':
    '留出查询的最佳选法的交叉熵（每次选取），不含平滑。得分上升时它也可能上升：它问的是最佳选法有多可能，得分问的是所选的' +
    '值多少。',
  'metric.entropy': '选取熵',
  'metric.entropy.hint':
    '每次选取有多犹豫，在留出查询的各次选取上取平均；ln 10 = 2.30 nats 表示在十个中均匀选。平滑和柔和的奖励权重会抬高它，' +
    'GRPO 会降低它。',
  'metric.kl': '与 RCE 策略的 KL',
  'metric.kl.hint': '与 RCE 所留策略的距离的 k3 估计，nats（每个选法），取自每次 rollout 更新之前的采样。第一次 rollout 时为 0。',
  'metric.policyLoss': 'GRPO 损失',
  'metric.policyLoss.hint':
    '第一个内层轮的裁剪策略损失加 KL 项。其中策略部分按构造为 0（比率为 1，组内优势之和为 0）：剩下的是 KL 系数 × KL。',
  'metric.gradNorm': '梯度范数',
  'metric.gradNorm.hint': '裁剪前整个梯度的范数，GRPO 中取各内层轮的均值。批越小越大：V2 约 1，V3 为 2 到 6。',
  'metric.learningRate': '学习率',
  'metric.learningRate.hint': '本步的学习率，已计入预热、调度和运行中的改动；从 GRPO 开始处起是它自己的学习率。',

  'level.oracle': '最佳选法',
  'level.random': '随机',
};
