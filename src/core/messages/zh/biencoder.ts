import type { biencoder as english } from '../en/biencoder.js';

export const biencoder: Record<keyof typeof english, string> = {
  'lab.biencoder.story':
    '双编码器分别嵌入查询和文档，让最近的文档就是查询的答案。这里的查询是支持或反对某事的论点，它的文档是反方论点：主题相同、' +
    '方面相同、立场相反。约 1.1 万个权重就在这个标签页里用对比学习训练；192 个留出查询各自在 96 篇文档中寻找自己的那一篇。',
  'tower.mean-pool': '均值池化',
  'tower.mean-pool.story': '词嵌入的均值先经过一个小的残差网络，再进入查询或文档各自的头。',
  'tower.transformer': 'Transformer',
  'tower.transformer.story':
    '一层两头的 transformer 读入句子；第一个 token 的输出和其余 token 输出的均值进入头。它更慢，训练 400 步时在这里也并不更好：' +
    '0.83，对比 0.86。',

  // Groups of parameters
  'group.optimizer': '优化器',
  'group.objective': '损失函数',
  'group.negatives': '负例',
  'group.regularisation': '正则化',
  'group.model': '模型',
  'group.data': '数据',

  // Parameters
  'parameter.learningRate': '学习率',
  'parameter.learningRate.hint':
    '一次更新让权重移动多远。这里是玩具取值，能迁移的只有“相对最佳值的倍数”：3e-4 最终 top-1 为 0.18，3e-3 和 1e-2 为 0.87，' +
    '3e-2 为 0.78，0.1 为 0.31。',
  'parameter.schedule': '学习率调度',
  'parameter.schedule.hint':
    '预热之后的学习率：恒定，或一直下降到最后一步。在默认学习率下影响不大：constant 0.86，cosine 和 linear 0.88。',
  'parameter.warmupSteps': '预热步数',
  'parameter.warmupSteps.hint':
    '最初这些步内学习率线性上升。调大开头更平缓，也更慢。0 表示不预热：默认设置下 0.85，而不是 0.86，差别在种子的波动之内。',
  'parameter.minLearningRateRatio': '最低学习率比例',
  'parameter.minLearningRateRatio.hint': 'linear 或 cosine 调度的终点，占学习率的比例：0 降到零，1 完全不降。调大则直到最后仍在学习。',
  'parameter.plateauPatience': '停滞几次后减半',
  'parameter.plateauPatience.hint':
    'top-1 连续超过这么多次评估没有上升，学习率就减半。0 为关闭，越小减得越早。它治不了过拟合：在该预设上取 3 最终 0.17，不用为 0.18。',
  'parameter.earlyStopPatience': '停滞几次后停止',
  'parameter.earlyStopPatience.hint':
    '所有副本的 top-1 都有这么多次评估没有上升，运行就结束，最佳状态保留。0 为关闭。在过拟合预设上取 5，停在 0.23，保留的最佳为 0.37。',
  'parameter.maxGradNorm': '梯度范数上限',
  'parameter.maxGradNorm.hint':
    '范数更大的梯度会被缩小到这个值。默认学习率下调小几乎没有影响，因为 Adam 本来就会重新缩放：0.01 也是 0.86。学习率为 0.1 时有用：' +
    '0.5 让 0.31 升到 0.51。',
  'parameter.loss': '损失',
  'parameter.loss.hint':
    'InfoNCE 从整批文档中认出自己的那一篇；三元组要求它比一个负例近一个间隔；成对分类器用小网络给句对打分。' +
    '调好之后在这里都能到 0.84 到 0.88。',
  'parameter.infoNceTemperature': '温度',
  'parameter.infoNceTemperature.hint':
    'softmax 之前余弦除以它。调小只看最难的负例，调大则一视同仁：0.02 最终 0.77，0.05 为 0.85，0.1 为 0.86，0.3 为 0.83，1 为 0.41。',
  'parameter.symmetric': '对称',
  'parameter.symmetric.hint': '再加上由每篇文档挑选查询的方向，两者之和取一半。这里没有差别：有无都是 0.86。',
  'parameter.margin': '间隔 (margin)',
  'parameter.margin.hint':
    '负例至少要比正确文档远多少。单位向量最多相距 2。配合课程，0.1 到 1 最终 0.84 到 0.88；0.02 坍缩（0.05），2 在 10 次中失败 9 次。',
  'parameter.distance': '距离',
  'parameter.distance.hint':
    '欧氏距离，或余弦距离（1 − cos）。对单位向量，后者是欧氏距离平方的一半，小距离的分量更轻。配合课程，两者最终都是 0.88。',
  'parameter.negatives': '负例',
  'parameter.negatives.hint':
    '难负例从哪里来：attribute 按查询的属性构造；hardest 取同批中最近的；semi-hard 取比正确文档远的之中最近的。随机率 0.5 时：' +
    'attribute 0.17，semi-hard 0.85，hardest 0.04。',
  'parameter.randomRate': '随机率',
  'parameter.randomRate.hint':
    '开始时有多少查询的负例是随机文档而不是难负例。调大更容易。对三元组起决定作用（一开始就用最难的会坍缩）；InfoNCE 不论取' +
    '多少都是 0.86 到 0.87。',
  'parameter.randomRateDecrease': '随机率每次下降',
  'parameter.randomRateDecrease.hint':
    '每次评估后随机率下降多少。从 1 开始、配最难负例：0.005 最终 0.60，0.01 为 0.69，0.02 为 0.80，0.05 为 0.87，0.1 为 0.88。' +
    '降得慢，负例就一直太容易。',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    '训练时置零的激活占比，评估时不用。192 对时：0 过拟合（0.18），0.2 治好（0.86），0.5 欠拟合（0.20）。1,024 对时 0 与 0.1 一样好，' +
    '0.3 则有代价：0.67。',
  'parameter.labelSmoothing': '标签平滑',
  'parameter.labelSmoothing.hint':
    '把目标概率的这一部分分给同批的其他文档。调大模型更不自信，top-1 不变（0.1：0.88，0.3：0.86）。192 对时有害：0.1 得 0.48，' +
    '而不是 0.71。',
  'parameter.weightDecay': '权重衰减',
  'parameter.weightDecay.hint':
    'AdamW：每步把权重乘以 1 − 学习率 × 衰减；0 为关闭。调大更快拉向 0。短训练几乎感觉不到：0.1 最终 0.86，1 为 0.85。',
  'parameter.tower': '编码塔',
  'parameter.tower.hint': '由什么读句子：词嵌入的均值加一个小网络，或一层 transformer。换一种会带来它自己的学习率。',
  'parameter.width': '宽度',
  'parameter.width.hint': '表示一个词的向量维数。调大更能区分词，也更慢：8 最终 0.49，16 为 0.75，32 为 0.86，64 为 0.88。',
  'parameter.outputSize': '输出维数',
  'parameter.outputSize.hint':
    '嵌入的维数（对成对分类器是隐藏层的维数）。太少容不下 96 种意思：2 最终 0.09，4 为 0.46，8 为 0.75，32 为 0.86，64 为 0.88。',
  'parameter.fusion': '融合',
  'parameter.fusion.hint':
    '用什么代表句子：第一个 token 的输出（cls）、其余 token 输出的均值（embedding），或两者相接（concat）。concat 和 embedding ' +
    '打平，都是 0.83；cls 学得更慢，第 400 步为 0.44。',
  'parameter.tiedHeads': '共用一个头',
  'parameter.tiedHeads.hint':
    '查询和文档用同一个头。两个方向相同的相似度无法偏爱相反的立场：0.43，而不是 0.86，一半的查询先找到同立场的孪生句。',
  'parameter.headNorm': '头部 LayerNorm',
  'parameter.headNorm.hint': '成对分类器头部的 LayerNorm。打开使激活保持同一尺度；它与 ReLU 无论开关，这里最终都是 0.84 到 0.86。',
  'parameter.headActivation': '头部 ReLU',
  'parameter.headActivation.hint': '成对分类器头部的 ReLU。打开引入非线性；但特征 |u − v| 本身已是非线性，打开最终 0.84，关闭 0.86。',
  'parameter.trainingPairs': '训练对数',
  'parameter.trainingPairs.hint': '训练循环使用多少个不同的句对。少则会被背下来：64 最终 0.10，512 为 0.88，再多变化不大。留出句对另有一批。',
  'parameter.batchSize': '批大小',
  'parameter.batchSize.hint':
    '每步多少对；同批的其他对就是负例。调大可选的负例更多，每步更慢：4 最终 0.09，8 为 0.46，16 为 0.80，32 为 0.86，64 和 128 为 0.90。',
  'parameter.steps': '步数',
  'parameter.steps.hint': '一次运行更新多少次。调大会继续学习，或继续过拟合；linear 和 cosine 调度在这一步结束。',
  'parameter.validationEvery': '评估间隔',
  'parameter.validationEvery.hint': '每隔多少步评估一次；0 为从不。随机率每次评估下降一次，两个停滞次数也按评估计：评估越密，三者都越快。',

  // Options
  'option.schedule.constant': 'constant（恒定）',
  'option.schedule.linear': 'linear（线性）',
  'option.schedule.cosine': 'cosine（余弦）',
  'option.loss.infonce': 'InfoNCE',
  'option.loss.triplet': 'triplet（三元组）',
  'option.loss.pair-classifier': '成对分类器',
  'option.distance.euclidean': '欧氏',
  'option.distance.cosine': '余弦',
  'option.negatives.random': 'random（随机）',
  'option.negatives.attribute': 'attribute（按属性构造，不挖掘）',
  'option.negatives.semi-hard': 'semi-hard（半难，挖掘）',
  'option.negatives.hardest': 'hardest（最难，挖掘）',
  'option.tower.mean-pool': '均值池化',
  'option.tower.transformer': 'transformer',
  'option.fusion.concat': 'concat',
  'option.fusion.embedding': 'embedding',
  'option.fusion.cls': 'cls',

  // Why a parameter changes nothing in this config
  'inert.constantSchedule': '学习率恒定（constant）时不起作用。',
  'inert.noEvaluations': '没有评估时不起作用。',
  'inert.alwaysRandom': '负例全部随机时不起作用。',
  'inert.oneOutput': '均值池化只有一个输出，三种方式读的都是它，只有头的大小不同。',
};
