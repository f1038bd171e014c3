import type { biencoderMetrics as english } from '../en/biencoderMetrics.js';

export const biencoderMetrics: Record<keyof typeof english, string> = {
  'metric.trainLoss': '训练损失',
  'metric.trainLoss.hint':
    '192 个训练句对上的损失，测法与验证相同：无 dropout、无标签平滑、一半负例随机。与验证之间涂色的差距，就是背下来的部分。',
  'metric.validationLoss': '验证损失',
  'metric.validationLoss.hint':
    '192 个留出句对上的同一损失。与训练损失一起下降是学习；训练下降而它上升是过拟合。单看它低说明不了什么：负例太容易时它为 0.03，' +
    'top-1 却只有 0.17。',
  'metric.accuracyAt1': 'Top-1 准确率',
  'metric.accuracyAt1.hint':
    '192 个留出查询中，自己的反方论点在 96 篇文档里排第一的占比。随机为 0.01。并列算错，所以坍缩的模型得不到分。种子之间相差约 0.03。',
  'metric.recallAt5': '前 5 召回率',
  'metric.recallAt5.hint': '留出查询中，反方论点排在前五的占比。明显高于 top-1：正确的就在附近，但不是第一。',
  'metric.mrrAt10': 'MRR@10',
  'metric.mrrAt10.hint': '反方论点名次倒数的均值，第十名以后为 0。介于 top-1 和召回率之间：第二名算一半。',
  'metric.twinShare': '孪生句排第一',
  'metric.twinShare.hint': '排第一的不是反方论点、而是说同样话的文档的查询占比。健康运行约为 0.04；共用一个头时为 0.50。',
  'metric.meanPairDistance': '文档间距离',
  'metric.meanPairDistance.hint':
    '两篇留出文档之间欧氏距离的均值。均匀散开的单位向量相距 √2 = 1.41。接近 0 时全部落在一个点上：表征已经坍缩。',
  'metric.alignment': '对齐度',
  'metric.alignment.hint': '查询与其反方论点距离平方的均值，0 到 4：越低越近。要与均匀度一起看：全在一个点上时它会是 0。三元组（欧氏距离）坍缩时它为 4：文档在查询的对面。',
  'metric.uniformity': '均匀度',
  'metric.uniformity.hint': '查询两两之间 e^(−2 d²) 的均值取对数：全在一个点上为 0，铺满球面约为 −4。越低越均匀。',
  'metric.batchLoss': '批损失',
  'metric.batchLoss.hint':
    '本步这一批的损失，带 dropout、标签平滑和当时的随机率。不能与验证比较：负例变难会让它上升，即使模型在变好。',
  'metric.randomRate': '随机率',
  'metric.randomRate.hint': '本步负例中随机文档的占比，其余为难负例。',
  'metric.gradNorm': '梯度范数',
  'metric.gradNorm.hint': '裁剪前整个梯度的范数。健康运行先升到约 3，再随损失降到约 1。',
  'metric.learningRate': '学习率',
  'metric.learningRate.hint': '本步的学习率，已计入预热、调度、减半和运行中的改动。这是玩具取值：对真实模型有意义的只是它与最佳值之比。',
  'level.chance': '随机水平',
  'unit.score': '距离平方',
};
