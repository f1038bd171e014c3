import type { rewardModel as english } from '../en/rewardModel.js';

export const rewardModel: Record<keyof typeof english, string> = {
  'lab.reward-model.story':
    '人从两个回答里选出较好的一个；模型学着给被选中的回答更高的奖励。基座经过预训练并冻结，训练的只是小小的适配器和奖励' +
    '头。看看训练损失、验证损失和准确率各说明什么，又不说明什么。',

  'group.optimizer': '优化器',
  'group.adapter': '适配器',
  'group.regularisation': '正则化',
  'group.objective': '目标函数',
  'group.data': '数据',

  'parameter.learningRate': '学习率',
  'parameter.learningRate.hint':
    '一次更新让权重移动多远。4 轮后的验证损失：3e-4 为 0.67（学得太少），1e-3 和 3e-3 为 0.56，1e-2 和 3e-2 为 ' +
    '0.57。这是玩具取值：对真实模型有意义的只是它与最佳值之比。',
  'parameter.schedule': '学习率调度',
  'parameter.schedule.hint':
    '预热之后的学习率。linear 与 cosine 结果相同（0.560 与 0.558）；constant 直到最后都在学、也在背：0.571，训练损失 0.46 而' +
    '不是 0.49。',
  'parameter.warmupRatio': '预热比例',
  'parameter.warmupRatio.hint':
    '学习率在占总步数这一比例的步里升到最大。这里测不出差别：0、0.1 和 0.3 的结果为 0.558、0.560 和 0.560。',
  'parameter.warmupSteps': '预热步数',
  'parameter.warmupSteps.hint': '同一件事，用步数表示；0 表示由比例决定。运行长短变化时，比例含义不变，步数则不然。',
  'parameter.minLearningRateRatio': '最低学习率比例',
  'parameter.minLearningRateRatio.hint':
    'linear 和 cosine 的终点，占学习率的比例：0 降到零，1 完全不降。调大则最后几轮背得更多。',
  'parameter.maxGradNorm': '梯度范数上限',
  'parameter.maxGradNorm.hint':
    '范数更大的梯度会被缩小到这个值。这里的范数约 1.2，所以 1 在多数步都起作用。反正 Adam 会重新缩放梯度：0.1 的结果与 1 相' +
    '同（0.561 与 0.560）。',
  'parameter.batchSize': '批大小',
  'parameter.batchSize.hint':
    '一批里的偏好对数。调大更稳，每轮步数更少。用 64 而不是 16 时，步数是 32 而不是 128，4 轮后的结果仍然相同（0.561 与 0.560）。',
  'parameter.gradientAccumulation': '梯度累积批数',
  'parameter.gradientAccumulation.hint':
    '几批的梯度合成一次更新。它与大这么多倍的一批梯度相同，这里就当作一批来算：16 × 4 与 64 × 1 的结果完全一致。',
  'parameter.adapter': '适配器',
  'parameter.adapter.hint':
    '除奖励头外训练什么。LoRA：给 4 个线性层各加一个低秩改变；DoRA：再训练每行权重的长度；full：训练整个基座，11,681 个权重' +
    '而不是 3,105 个。DoRA 结果与 LoRA 相同（0.559）；full 为 0.577。',
  'parameter.rank': '秩 r',
  'parameter.rank.hint':
    '低秩改变的秩。调大能拟合更多，也能背得更多：256 对、10 轮、α = 2r 时，验证损失比训练高 0.05（r = 1）、0.19（8）、' +
    '0.51（32），full 为 0.73。',
  'parameter.alpha': 'Alpha (α)',
  'parameter.alpha.hint':
    '改变乘以 α / r。调大相当于提高适配器的学习率。提高 r 的人往往同时提高 α：r = 32、256 对、10 轮时，α = 16 的差距为 ' +
    '0.20，α = 64 为 0.51。',
  'parameter.rankStabilized': 'rsLoRA 缩放',
  'parameter.rankStabilized.hint':
    '乘以 α / √r 而不是 α / r，使高秩不被缩小那么多。r = 32、α = 16 时系数为 2.8 而不是 0.5，比不用它时的 α = 64 还大。',
  'parameter.adapterDropout': '适配器 dropout',
  'parameter.adapterDropout.hint':
    '训练时适配器输入被置零的比例。调大背得更少：β 8、1e-2、12 轮时，0.1 的训练损失最终 0.23，不用则为 0.16。4 轮时 0.5 为 ' +
    '0.557，0.1 为 0.560。',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    '训练时奖励头之前的特征被置零的比例。评估时关闭，所以只会抬高记录下来的训练损失。0.5 的结果为 0.557，0.1 为 0.560。',
  'parameter.labelSmoothing': '标签平滑',
  'parameter.labelSmoothing.hint':
    '认为标签有多大概率是错的。调大则奖励拉得不那么开，模型不那么自信：在“把握大过正确率”预设里，0.1 把过度自信从 0.13 降到 ' +
    '0.00，准确率同为 0.785。',
  'parameter.weightDecay': '权重衰减',
  'parameter.weightDecay.hint':
    'AdamW：每步把训练的权重乘以 1 − 学习率 × 衰减。短训练几乎无感：0.1 为 0.559，不用为 0.560。0 表示关闭。',
  'parameter.margin': '间隔 (margin)',
  'parameter.margin.hint':
    '被选中的回答的奖励要高出多少，损失才把这一对算作持平。调大会把奖励拉开，于是普通验证损失上升（取 1 时 0.60），准确率不变（0.73）。',
  'parameter.centerRewardsCoefficient': '居中系数',
  'parameter.centerRewardsCoefficient.hint':
    '(选中 + 落选)² 的权重，使奖励保持在 0 附近：偏好损失只看两者之差。0.01 的结果为 0.555，不用为 0.560。0 表示关闭，与 TRL ' +
    '一样。',
  'parameter.trainingPairs': '训练对数',
  'parameter.trainingPairs.hint':
    '用来学习的偏好对。轮数不多时，增加它是最可靠的防过拟合办法：4 轮时 128 对为 0.60，512 对 0.56，2,048 对 0.53。',
  'parameter.validationPairs': '验证对数',
  'parameter.validationPairs.hint':
    '留出的偏好对。越多越能看清小变化：变化的误差随对数的平方根缩小。500 对时，损失本身的误差约 ± 5%，准确率约 ± 2 个百分点。',
  'parameter.labelNoise': '标签噪声',
  'parameter.labelNoise.hint':
    '标签被翻转的概率。它压低任何模型的上限：0、0.1、0.3 时 oracle 的准确率为 0.85、0.78、0.64；训练出的模型为 0.79、0.73、0.60。',
  'parameter.beta': '标签锐度 β',
  'parameter.beta.hint':
    '人以 σ(β × 效用差) 的概率选中较好的回答。调大：很小的差别也能定胜负。它属于数据，不属于损失。取 8 时健康运行的准确率为 ' +
    '0.78。',
  'parameter.epochs': '轮数',
  'parameter.epochs.hint':
    '把训练对过几遍。越多背得越牢：4 轮后验证损失比训练高 0.06，12 轮后高 0.24。调度随运行长短伸缩。',
  'parameter.steps': '步数',
  'parameter.steps.hint': '若各轮的更新更多，就在这么多次后停止；0 表示跑完所有轮。调度在运行结束处到头。',
  'parameter.validationEvery': '验证间隔',
  'parameter.validationEvery.hint':
    '每隔多少步在留出的偏好对上评估一次；0 表示从不。越密曲线越细，某一次碰巧显得最低的机会也越多。',

  'option.schedule.constant': 'constant（恒定）',
  'option.schedule.linear': 'linear（线性）',
  'option.schedule.cosine': 'cosine（余弦）',
  'option.adapter.lora': 'LoRA',
  'option.adapter.dora': 'DoRA',
  'option.adapter.full': 'full：全部训练',

  'inert.full': '全部训练时不起作用：没有适配器。',
  'inert.warmupSteps': '不起作用：已设定预热步数。',
  'inert.constantSchedule': '学习率恒定（constant）时不起作用。',
};
