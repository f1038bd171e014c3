import type { grpo as english } from '../en/grpo.js';

export const grpo: Record<keyof typeof english, string> = {
  // The lab and its tasks
  'lab.grpo.story':
    '对每个 prompt，策略采样一组 n 条回复；得分高于组内均值的回复变得更可能。一个约 2.7 万参数的 transformer 就在这个' +
    '标签页里这样训练，每条曲线都来自真实的训练过程。',
  'task.tool-choice': '工具选择：作答还是保守',
  'task.tool-choice.story':
    '每个问题需要五个工具之一：“sum 3 4 ?” 就要调用 ADD 3 4。调用正确得 1 分，调用错误得 0 分，含糊的保守回答 HEDGE ' +
    '总是得 0.5 分。起初 20% 的回复是对的。策略若过早变得确定，就会对所有问题都回答 HEDGE：组内回复全是 0.5 分，再也' +
    '学不到东西。',
  'task.running-sum': '逐步求和：分步思考',
  'task.running-sum.story':
    '求四个数字之和的个位：4 2 6 8 = 的答案是 0。策略可以先逐步推算：<think> 4 2 6 ; 6 6 2 ; 2 8 0 ; </think> 0。答对' +
    '得 1 分，简短最多再得 0.1 分。“长思考”起点直接作答时正确率 11%，三步全部写出时 68%。',
  'task.mini-vqa': '迷你 VQA：结构化回答',
  'task.mini-vqa.story':
    'prompt 是由 11 个带噪声的图块组成的“影像”，外加一个问题：是什么病变，或在哪一侧？策略用标签作答：<think> nodule ' +
    'left </think> <answer> nodule </answer> <plane> axial </plane> <mod> CT </mod>。格式、答案、切面、模态和描述各最' +
    '多 0.2 分；受噪声限制，总分上限约 0.95。',

  // Groups of parameters
  'group.optimizer': '优化器',
  'group.rollout': 'Rollout',
  'group.objective': '目标函数',
  'group.regularisation': '正则化',
  'group.rewards': '奖励权重',
  'group.data': '任务与模型',

  // Parameters
  'parameter.task': '任务',
  'parameter.task.hint': '小模型要学会做什么。换一个任务，prompt、奖励、热启动和默认值都会随之更换。',
  'parameter.learningRate': '学习率',
  'parameter.learningRate.hint':
    '一次更新让权重移动多远。调大学得更快；过大则会固定在坏习惯上，再也出不来。这里是玩具取值：合适范围为 5e-4 到 ' +
    '1e-3，而 verl 和 TRL 默认 1e-6。能迁移到真实模型的只有“相对最佳值的倍数”。',
  'parameter.schedule': '学习率调度',
  'parameter.schedule.hint':
    '预热之后的学习率：恒定；一直下降到最后一步（一次降完、分几段余弦，或只在最后若干步下降）；或按 1/√步数 衰减。在 ' +
    'running-sum 上从 1e-3 开始，cosine 最终 0.89，constant 最终 0.73；从 3e-3 开始，cosine 也没能避免崩溃。',
  'parameter.warmupSteps': '预热步数',
  'parameter.warmupSteps.hint':
    '最初这些步内学习率线性上升。调大可以让策略先多看看：tool-choice 在 6e-3 下，50 步预热救回了 10 次中的 8 次；' +
    'running-sum 在 3e-3 下，30 步没能避免崩溃。0 表示不预热。',
  'parameter.minLearningRateRatio': '最低学习率比例',
  'parameter.minLearningRateRatio.hint':
    '下降型调度的终点（以及每次重启之前的低点），占学习率的比例：0 降到零，0.1 降到十分之一，1 完全不降。调大则直到最' +
    '后仍在学习，也仍在漂移。',
  'parameter.decaySteps': '衰减步数',
  'parameter.decaySteps.hint':
    'warmup-stable-decay 在运行的最后这么多步内沿半个余弦下降。调大则更早开始下降，更接近 cosine；调小则全速更久，随后' +
    '陡降。若超过预热之后的步数，一开始就已处在下降途中。',
  'parameter.restarts': '重启次数',
  'parameter.restarts.hint':
    'cosine-restarts 从完整学习率下降的次数，每次沿半个余弦；1 就是 cosine。调大则每次下降更短。每次回到完整学习率，都会' +
    '让已稳定的策略重新移动：可能变好，也可能偏离。',
  'parameter.maxGradNorm': '梯度范数上限',
  'parameter.maxGradNorm.hint':
    '范数更大的梯度会被缩小到这个值。这里健康运行的梯度范数约 0.5，所以 1 很少起作用。调小影响也不大，因为 Adam 本来' +
    '就会重新缩放梯度：取 0.1 也没能避免 3e-3 下的崩溃。',
  'parameter.beta1': 'Adam β1',
  'parameter.beta1.hint':
    '更新沿梯度的滑动平均进行，它大约回看 1/(1 − β1) 步：0.9 时为 10 步。调大可抹平各批的噪声，但会在已经无益的方向上多' +
    '走一阵；调小则紧跟每一批；0 表示没有动量。',
  'parameter.beta2': 'Adam β2',
  'parameter.beta2.hint':
    '更新除以梯度平方滑动平均的平方根，它大约回看 1/(1 − β2) 步：0.999 时为 1,000 步，0.95（ms-swift）时为 20 步。调小会' +
    '让步幅很快适应新的梯度大小；调大更平稳，但平静一段之后突然出现大梯度时，步幅会更大。',
  'parameter.epsilon': 'Adam ε',
  'parameter.epsilon.hint':
    '更新除以梯度均方根之前，先给它加上这个值。远小于权重通常的梯度时没有影响。调大会先缩小梯度小的权重的步幅；远大于' +
    '所有梯度时，Adam 变成动量 SGD，学习率相当于除以 ε。',
  'parameter.innerEpochs': '内层轮数',
  'parameter.innerEpochs.hint':
    '每批 rollout 用来更新几次。取 1 时新旧策略的比率恒为 1，所有裁剪设置都不起作用。调大会重复使用样本，必须配合裁' +
    '剪：取 4 时 running-sum 有裁剪最终 0.72，无裁剪约 0.2。',
  'parameter.promptsPerStep': '每步 prompt 数',
  'parameter.promptsPerStep.hint':
    '每步取这么多个 prompt，每个采样 rollout n 条回复。调大梯度更稳，每步更慢。每步总共 32 条回复时，n = 2、4、8 在 ' +
    'running-sum 上结果相近（0.65 到 0.67）。',
  'parameter.rolloutN': 'Rollout n（组大小）',
  'parameter.rolloutN.hint':
    '每个 prompt 的回复数，也就是计算优势时互相比较的组。组越大，组内奖励越不容易全相同，所需步数越少，但每步更贵。' +
    'running-sum 早期的死组占比：n = 2 为 56%，4 为 23%，8 为 4%。',
  'parameter.temperature': '温度',
  'parameter.temperature.hint':
    'logits 除以它，采样和训练时的 log-prob 都一样。调低：组内回复趋同，死组变多，训练曲线更好看。调高：更多样，错误' +
    '也更多。验证始终在温度 1 下采样。',
  'parameter.topP': 'Top-p',
  'parameter.topP.hint':
    '只从累计概率达到该值的最可能 token 中采样；1 表示关闭。尾部从不被采到，也就从不被压低：mini-vqa 上取 0.9，训练 ' +
    '0.98，验证却只有 0.79，关闭时为 0.90。',
  'parameter.topK': 'Top-k',
  'parameter.topK.hint':
    '只从最可能的 k 个 token 中采样；0 表示关闭。k 越小，训练看不到的尾部越多，而验证从全部 token 中采样。mini-vqa ' +
    '上 k = 3 损失很小：0.89，关闭时 0.90。',
  'parameter.maxResponseLength': '最大回复长度',
  'parameter.maxResponseLength.hint':
    '回复超过这么多 token 就被截断；没有 <eos> 即算格式错误。工具调用需要 7，running-sum 最多 16，mini-vqa 14：更小就' +
    '学不到完整形式；更大则影响很小。',
  'parameter.klCoefficient': 'KL 系数',
  'parameter.klCoefficient.hint':
    '把策略拉回热启动（参考模型）的力度；0 表示关闭。调大可减缓漂移：running-sum、n = 2、1e-3、260 步时，取 0 为 0.42' +
    '，取 0.1 为 0.61。学习率严重过高时，它救不回来。',
  'parameter.klEstimator': 'KL 估计器',
  'parameter.klEstimator.hint':
    '用每个采样 token 的 d = log π − log π_ref 估计 KL：k1 = d，k2 = d²/2，k3 = exp(−d) + d − 1。作为损失，k1 在 ' +
    'on-policy 时平均梯度约为零；k2、k3 才会拉回。KL 图始终显示 k3。verl 把每个 token 的 k3 截断在 10。',
  'parameter.entropyCoefficient': '熵系数',
  'parameter.entropyCoefficient.hint':
    '熵奖励的权重；0 表示关闭。调大会推向随机 token：running-sum 上 0.03 无害，0.3 到第 30 步时正确答案全部消失。它奖' +
    '励的只是随机性：tool-choice 上 0.01 到 0.03 一次也没救回（0/10）。TRL 总是按 token 取均值，与损失聚合无关。',
  'parameter.aggregation': '损失聚合',
  'parameter.aggregation.hint':
    '各 token 的损失如何合成一个：token-mean 各 token 等权；seq-mean-token-mean 各回复等权，短回复的 token 更重；求和' +
    '则长回复更重。“短回答”起点、5e-4：token-mean 0.75，seq-mean-token-mean 0.46。',
  'parameter.clipping': '比率裁剪',
  'parameter.clipping.hint':
    'PPO 裁剪：token 的概率若已朝优势方向移出裁剪区间，就不再有梯度。关闭后，内层轮数为 4 的 running-sum 最终约 0.2，' +
    '而不是 0.72。',
  'parameter.clipLow': '裁剪下界',
  'parameter.clipLow.hint':
    '比率下界 1 − ε：低于它后，差回复的 token 不再被继续压低。调小更新更谨慎；调大则一批样本能压低更多。',
  'parameter.clipHigh': '裁剪上界',
  'parameter.clipHigh.hint':
    '比率上界 1 + ε：高于它后，好回复的 token 不再被继续抬高。DAPO 取 0.28，给罕见 token 留空间。running-sum、内层轮' +
    '数 4 时，0.2 和 0.4 最终都是 0.72。',
  'parameter.dualClip': 'Dual clip',
  'parameter.dualClip.hint':
    '把差回复中 token 的损失限制在 c × |优势| 以内：比率超过 c 就没有梯度。调小则更早封顶；0 表示关闭。verl 默认 3，' +
    'TRL 和 ms-swift（delta）默认关闭。',
  'parameter.weightDecay': '权重衰减',
  'parameter.weightDecay.hint':
    'AdamW：每步把权重乘以 1 − 学习率 × 衰减。短训练几乎无感：5e-4 下取 0.1，120 步只缩小 0.6%。调大则会把热启动逐渐' +
    '抹掉。0 表示关闭。',
  'parameter.dropout': 'Dropout',
  'parameter.dropout.hint':
    '更新时每个子层输出被置零的比例；rollout、参考模型和验证都不用它。调大在这里有害：0.1 让验证从 0.88 降到 0.78，并' +
    '显示 0.6 到 1.4 的虚假 KL，因为参考模型不做 dropout。',
  'parameter.labelSmoothing': '标签平滑',
  'parameter.labelSmoothing.hint':
    '给每个 token 的损失加上 ε × 全词表 −log p 的均值：不论奖励如何，始终向均匀分布拉。调大会抬高熵，即使只有一个 ' +
    'token 是对的。在热启动里取 0.1 就破坏了格式。',
  'parameter.rewardWeights.answer': '答案权重',
  'parameter.rewardWeights.answer.hint':
    '答对的奖励。调大会让其他奖励相对变轻。按组缩放优势时只有权重之比起作用；n = 2 时只看两条回复谁得分更高。',
  'parameter.rewardWeights.hedge': '保守回答权重',
  'parameter.rewardWeights.hedge.hint':
    '有效 HEDGE 的奖励，与问题无关。取 0.5 时，只要调用正确率不到一半，保守回答就比调用工具划算。调大陷阱更深；调小则' +
    '更早值得作答。',
  'parameter.rewardWeights.format': '格式权重',
  'parameter.rewardWeights.format.hint':
    '回复格式完全正确的奖励。调大会先保住格式。tool-choice 和 running-sum 默认为 0，因为格式错了答案也不得分。' +
    'mini-vqa 去掉它之后答案没有变化，格式为 0.91。',
  'parameter.rewardWeights.brevity': '简短权重',
  'parameter.rewardWeights.brevity.hint':
    '每条回复（无论对错）得 1 − 长度 / 20。即使只有 0.1，也会决定答案打平的组。学习率 3e-3 时最终回复只剩一个 token；' +
    '取 0 时长度在这里不会崩溃。',
  'parameter.rewardWeights.plane': '切面权重',
  'parameter.rewardWeights.plane.hint':
    '切面标签内容正确的奖励，与回复的其他部分分开评判。调大会偏重这个标签；取 0 就没有任何东西教它：只奖励答案时，它' +
    '从 0.60 降到 0.45。',
  'parameter.rewardWeights.modality': '模态权重',
  'parameter.rewardWeights.modality.hint':
    '模态标签（CT、MRI、XR、US）内容正确的奖励，与回复的其他部分分开评判。调大会偏重这个标签；取 0 就没有任何东西教' +
    '它。',
  'parameter.rewardWeights.caption': '描述权重',
  'parameter.rewardWeights.caption.hint':
    '在 think 标签内写出真实病变和侧别的奖励（两个词袋的余弦相似度）。调大会让思考内容更符合影像；取 0 时思考的内容本' +
    '身不得分。',
  'parameter.trainingPrompts': '训练 prompt 数',
  'parameter.trainingPrompts.hint':
    '训练循环使用多少个不同的 prompt；验证用的是另一批。太少会被背下来：running-sum 在 1e-3 下只用 8 个时，训练 0.95' +
    '，验证降到 0.26；用 512 个时验证 0.89。',
  'parameter.warmStart': '热启动',
  'parameter.warmStart.hint':
    'GRPO 的起点，也是 KL 拉回的目标：一个监督训练（SFT）的模型。自带的可立即加载；“在此训练”会先在本页训练一个，采用' +
    '你设的宽度、层数、头数、dropout 和平滑，开始前要等得久得多。',
  'parameter.warmStartDropout': '热启动 dropout',
  'parameter.warmStartDropout.hint':
    '在此训练热启动时的 dropout。running-sum 上以 0.1 训练的热启动起点为 0.60，而不是 0.48（各 10 个种子）。GRPO 本身的 ' +
    'dropout 由 Dropout 决定。',
  'parameter.warmStartLabelSmoothing': '热启动标签平滑',
  'parameter.warmStartLabelSmoothing.hint':
    '在此训练热启动时的标签平滑。调大会给每个错误 token 留下更多概率：取 0.1 时，running-sum 格式正确的回复从 0.97 降' +
    '到 0.65。',
  'parameter.width': '宽度',
  'parameter.width.hint':
    '表示一个 token 的向量维数。running-sum 上 24 的起点与 32 相当，但学得更少（0.75 对 0.89），16 则学不会加法。越大' +
    '越慢。',
  'parameter.layers': '层数',
  'parameter.layers.hint':
    'transformer 层数。宽度 32 时，一层在 running-sum 上学不会加法，两层可以。每多一层，每步都更慢。',
  'parameter.heads': '注意力头数',
  'parameter.heads.hint': '注意力把宽度分成几份，每份各看各的位置。份数越多，每份越窄；权重总数不变。',
  'parameter.steps': '训练步数',
  'parameter.steps.hint':
    '运行的总步数；一步包含 rollout、奖励和更新。linear 与 cosine 调度按它伸缩，所以改它会改变每一步的学习率，而不只' +
    '是终点；warmup-stable-decay 的下降段也随之移动。',
  'parameter.replicas.hint':
    '以 seed、seed + 1……并排训练的副本；图中显示均值和离散程度。单次运行说明不了什么：tool-choice 在 5e-3 下，20 个种' +
    '子有 17 个坍缩。副本越多，每步越慢。',
  'parameter.seed.hint':
    '决定热启动、prompt 和每一次随机抽样。设置、种子和引擎都相同，曲线逐位一致；换个种子就能看出哪些只是运气。',
  'parameter.validationEvery': '验证间隔',
  'parameter.validationEvery.hint':
    '每隔多少步在留出的 prompt 上验证一次；0 表示从不。调小则曲线更细、发现更早，但运行更慢。不验证就看不到过拟合，也' +
    '不会保留最佳检查点。',

  // Options of choice parameters, with the spelling of the frameworks where they have one
  'option.task.tool-choice': '工具选择',
  'option.task.running-sum': '逐步求和',
  'option.task.mini-vqa': '迷你 VQA',
  'option.schedule.constant': 'constant（恒定）',
  'option.schedule.linear': 'linear（线性）',
  'option.schedule.cosine': 'cosine（余弦）',
  'option.schedule.cosine-restarts': 'cosine-restarts（余弦重启）',
  'option.schedule.inverse-sqrt': 'inverse-sqrt（平方根倒数）',
  'option.schedule.warmup-stable-decay': 'warmup-stable-decay（预热—稳定—衰减，WSD）',
  'option.klEstimator.k1': 'k1 (kl)',
  'option.klEstimator.k2': 'k2 (mse)',
  'option.klEstimator.k3': 'k3 (low_var_kl)',
  'option.aggregation.token-mean': 'token-mean (DAPO)',
  'option.aggregation.seq-mean-token-mean': 'seq-mean-token-mean (GRPO)',
  'option.aggregation.seq-mean-token-sum': 'seq-mean-token-sum',
  'option.aggregation.seq-mean-token-sum-norm': 'seq-mean-token-sum-norm (Dr. GRPO)',
  'option.warmStart.tool-choice': '自带',
  'option.warmStart.running-sum-long': '自带：长思考',
  'option.warmStart.running-sum-short': '自带：短回答',
  'option.warmStart.mini-vqa': '自带',
  'option.warmStart.train': '在此训练',

  // Why a parameter changes nothing in this config
  'inert.onPolicy': '内层轮数和 mini-batch 数都为 1 时，在这里不起作用：每批采样只更新一次，新旧策略的比率恒为 1。',
  'inert.clippingOff': '比率裁剪关闭时不起作用。',
  'inert.noKl': 'KL 系数为 0 时不起作用。',
  'inert.constantSchedule': '学习率恒定（constant）时不起作用。',
  'inert.inverseSqrt': 'inverse-sqrt 没有终点，所以不起作用。',
};
