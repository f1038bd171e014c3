import type { pointer as english } from '../en/pointer.js';

export const pointer: Record<keyof typeof english, string> = {
  'lab.pointer.story':
    '对每个查询，指针网络从十个候选里按顺序选出两个，就像为 prompt 挑选示例。一种选法值多少：两者与查询的相关性（第二个' +
    '乘 0.7），减去彼此的相似度，再加上最后一个有多适合收尾。得分 1 是最佳选法，0 是随机选取的平均水平。它提出的正是一份真实' +
    '调参报告的问题：第二套配置 V3 不如第一套 V2，在众多差异中究竟是哪一个造成的？',

  'stage.supervised': '监督学习（V2）',
  'stage.supervised.story': '每个训练查询都带有它的最佳选法，交叉熵让这个选法更可能被选中：批大小 64，20 轮，共 160 步。',
  'stage.rce': '奖励加权（V3）',
  'stage.rce.story':
    '每个训练查询带有八种好坏不一的选法（两种来自带噪声的搜索，六种随机）和带噪声的奖励。奖励加权交叉熵（RCE）八种都学，' +
    '权重为 softmax(奖励 / 温度)：每次一个查询，5 轮，共 2,560 步。',
  'stage.grpo': '先 RCE，再 GRPO',
  'stage.grpo.story':
    '先与 RCE 相同。之后选择器自己采样选法：每步 16 个查询，每个 8 种，各与同组比较，并保持在 RCE 留下的策略附近。图上标出 ' +
    'GRPO 从哪里开始。',

  'phase': '训练阶段',
  'phase.rce': 'RCE',
  'phase.grpo': 'GRPO',

  // Groups of parameters
  'group.stage': '阶段',
  'group.optimizer': '优化器',
  'group.regularisation': '正则化',
  'group.rewards': '奖励',
  'group.grpo': 'GRPO',
  'group.model': '模型',
  'group.data': '数据',

  // Parameters
  'parameter.stage': '阶段',
  'parameter.stage.hint':
    '从什么中学习：最佳选法（监督学习），按奖励加权的选法（RCE），或先 RCE 再用选择器自己的采样（GRPO）。换一个阶段会带来' +
    '它自己的默认值。',
  'parameter.warmStart': '起点',
  'parameter.warmStart.hint':
    '全新的权重，或先按 V2 的配置训练出的选择器。从后者出发，V3 最终 0.88 而不是 0.77；从零训练时有帮助的十倍学习率，这时' +
    '反而更差：0.83（5 个种子）。',
  'parameter.learningRate': '学习率',
  'parameter.learningRate.hint':
    '一次更新让权重移动多远（GRPO 除外）。V3 取 3e-5 / 3e-4 / 1e-3 / 3e-3 / 1e-2：0.34 / 0.77 / 0.85 / 0.82 / 0.48。V2 ' +
    '在 1e-2 附近最好。这里是玩具取值，只有倍数能迁移。',
  'parameter.schedule': '学习率调度',
  'parameter.schedule.hint':
    '预热之后的学习率：恒定，或一直降到该阶段结束。每次只看一个查询时，高学习率到最后仍有噪声：V3 取 3e-3，constant 最终 ' +
    '0.82，cosine 0.88。GRPO 按自己的长度重新调度。',
  'parameter.warmupSteps': '预热步数',
  'parameter.warmupSteps.hint':
    '最初这些步内学习率线性上升，GRPO 开始时再来一次。调大起步更温和；这里影响很小：V3 取 3e-3，0 步和 500 步都是 0.82。',
  'parameter.minLearningRateRatio': '最低学习率比例',
  'parameter.minLearningRateRatio.hint': 'linear 或 cosine 调度的终点，占学习率的比例：0 降到零，1 完全不降。',
  'parameter.batchSize': '批大小',
  'parameter.batchSize.hint':
    '一次更新对多少个查询取平均。调大更稳，但每轮更新更少。V3 取 16 而学习率不变，只有 160 次更新而不是 2,560 次，最终 ' +
    '0.49；学习率乘 10 则 0.84（5 个种子）。最后不满的一批舍去。',
  'parameter.epochs': '轮数',
  'parameter.epochs.hint':
    '在 GRPO 之前把 512 个训练查询过多少遍。V3 取 10 而不是 5，从 0.77 升到 0.84：它落后 V2 很大程度上是训练太少。V2 取 5 ' +
    '而不是 20：0.64。',
  'parameter.maxGradNorm': '梯度范数上限',
  'parameter.maxGradNorm.hint':
    '范数更大的梯度会被缩小到这个值。单个查询的范数为 2 到 6，所以 V3 几乎每次更新都被裁剪。Adam 本来就会重新缩放：V2 取 ' +
    '0.1 最终 0.84，而不是 0.85。',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    '交叉熵更新时被置零的激活比例，GRPO 不用。调大会减慢学习：V3 取 0.5 从 0.77 降到 0.69。V2 取 0 到 0.5 得分相近；取 0 ' +
    '时训练得分达 0.99，这个差距在这里无害。',
  'parameter.attentionDropout': '注意力 dropout',
  'parameter.attentionDropout.hint': '交叉熵更新时被置零的注意力权重比例。这里几乎没有影响：V2 取 0、0.1、0.5 最终都是 0.85。',
  'parameter.labelSmoothing': '标签平滑',
  'parameter.labelSmoothing.hint':
    '把目标的这一部分均匀分给所有剩余候选。调大会让选择器保持犹豫。这里对得分影响很小：V2 取 0.1 为 0.86 而不是 0.85；V3 ' +
    '取 0 为 0.755 而不是 0.772（5 个种子）。',
  'parameter.weightDecay': '权重衰减',
  'parameter.weightDecay.hint':
    'AdamW：每步把权重乘以 1 − 学习率 × 衰减。调大会缩小权重；训练这么短，0.01 几乎无感。0 表示关闭。',
  'parameter.rewardNoise': '奖励噪声',
  'parameter.rewardNoise.hint':
    '每个奖励的误差的标准差，以效用为单位。调大：可供学习的评判更差。V3 取 0 和 0.5 最终都是 0.77，取 2 为 0.69。',
  'parameter.rewardTemperature': '奖励温度',
  'parameter.rewardTemperature.hint':
    'RCE 按 softmax(奖励 / 温度) 给选法加权。调低只相信最高的奖励，连同它的噪声：V3 取 0.1 最终 0.72。调高会用上更多选法：' +
    '取 2 为 0.81 而不是 0.77。',
  'parameter.grpoLearningRate': 'GRPO 学习率',
  'parameter.grpoLearningRate.hint':
    'GRPO 的学习率，其优化器重新开始。RCE 取 3e-3 之后再取 3e-3，最终 0.87（5 个种子）。没有 KL 时取 1e-2 会毁掉策略；训练' +
    '更长时数值会溢出，运行随之停止。',
  'parameter.grpoEpochs': 'GRPO 轮数',
  'parameter.grpoEpochs.hint': 'GRPO 把训练查询过多少遍；2 遍是 64 次 rollout，每次 16 个查询。调大会让策略走得更远。',
  'parameter.queriesPerStep': '每步查询数',
  'parameter.queriesPerStep.hint': 'GRPO 每次 rollout 的查询数，每个采样 rollout n 种选法。调大梯度更稳，步数更少。',
  'parameter.rolloutN': 'Rollout n（组大小）',
  'parameter.rolloutN.hint': '每个查询采样的选法数，也就是计算优势时互相比较的组。在默认学习率下几乎没有影响：2、8、16 最终都是 0.75。',
  'parameter.innerEpochs': '内层轮数',
  'parameter.innerEpochs.hint':
    '每次 rollout 用来更新几次。取 1 时新旧策略的比率恒为 1，裁剪设置都不起作用。调大会重复使用样本：1、2、4 最终都是 0.75。',
  'parameter.klCoefficient': 'KL 系数',
  'parameter.klCoefficient.hint':
    '把策略拉回 RCE 所留策略的力度；0 表示关闭。奖励有噪声时，调大能保住 RCE 学到的东西：0 / 0.02 / 0.3 最终 0.74 / 0.75 / ' +
    '0.76；GRPO 学习率 3e-3 时，0.3 为 0.80 而不是 0.76。',
  'parameter.clipLow': '裁剪下界',
  'parameter.clipLow.hint': '整个选法的比率下界 1 − ε：低于它后，差的选法不再被继续压低。调小更新更谨慎。',
  'parameter.clipHigh': '裁剪上界',
  'parameter.clipHigh.hint': '整个选法的比率上界 1 + ε：高于它后，好的选法不再被继续抬高。调大让罕见的选法上升更快。',
  'parameter.width': '宽度',
  'parameter.width.hint': '表示一个查询或候选的向量维数。V2 取 16 / 32 / 64：0.73 / 0.85 / 0.90。越大越慢。',
  'parameter.layers': '注意力层数',
  'parameter.layers.hint': '查询在指向之前对候选池做几次注意力。这里更多并无帮助：V2 取 2 最终 0.84。',
  'parameter.heads': '注意力头数',
  'parameter.heads.hint': '注意力把宽度分成几份，权重总数不变；V2 取 4 与取 1 一样，最终 0.85。',
  'parameter.poolSize': '候选池大小',
  'parameter.poolSize.hint':
    '每个查询的候选数。越多，要分辨的选法越多，每个查询能学到的也越多。V2 取 5 / 10 / 20：0.78 / 0.85 / 0.87。选四个时最多 ' +
    '10，因为要枚举所有有序选法。',
  'parameter.shotNum': '选取个数',
  'parameter.shotNum.hint':
    '按顺序选取的候选个数（shot_num）。第一次之后的每次选取都考虑之前选了什么。V2 取 1 / 2 / 3：0.81 / 0.85 / 0.84，各自与' +
    '自己的最佳选法相比。',
  'parameter.steps': '步数上限',
  'parameter.steps.hint': '不论轮数多少，到这么多步就结束；0 表示跑完所有轮。学习率调度按它伸缩。',
  'parameter.validationEvery': '验证间隔',
  'parameter.validationEvery.hint':
    '每隔多少步在 400 个留出查询和 512 个训练查询上评估；0 表示从不。调小曲线更细，运行更慢。不评估就没有得分、没有最佳检' +
    '查点，也没有可查看的内容。',

  // Options of choice parameters
  'option.stage.supervised': '监督学习（V2）',
  'option.stage.rce': '奖励加权（V3）',
  'option.stage.grpo': '先 RCE，再 GRPO',
  'option.warmStart.scratch': '从零开始',
  'option.warmStart.v2': 'V2 检查点',
  'option.schedule.constant': 'constant（恒定）',
  'option.schedule.linear': 'linear（线性）',
  'option.schedule.cosine': 'cosine（余弦）',

  // Why a parameter changes nothing in this config
  'inert.onPolicy': '内层轮数为 1 时不起作用：新旧策略的比率恒为 1，没有可裁剪的。',
  'inert.constantSchedule': '学习率恒定（constant）时不起作用。',
};
