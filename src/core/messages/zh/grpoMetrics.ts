import type { grpoMetrics as english } from '../en/grpoMetrics.js';

export const grpoMetrics: Record<keyof typeof english, string> = {
  'metric.validation.reward': '验证奖励',
  'metric.validation.reward.hint':
    '留出 prompt 上加权奖励的均值，不论 rollout 如何设置都在温度 1 下采样。它是 tool-choice 和 mini-vqa 的成绩。改奖' +
    '励权重会改变它的尺度，只有权重相同的运行才可比较。',
  'metric.validation.answer': '验证正确率',
  'metric.validation.answer.hint':
    '留出 prompt 上答对的占比，在温度 1 下采样。约 0.05 的起伏只是抽样噪声。若用贪心解码，running-sum 从一开始就约为 ' +
    '1.0，什么都看不出来。',
  'metric.validation.passAt4': '验证 pass@4',
  'metric.validation.passAt4.hint':
    '4 次采样中至少一次答对的留出 prompt 占比：策略还能找到什么。奖励上升而它下降，说明策略正在放弃答案：tool-choice ' +
    '坍缩时由 0.60 降到 0。',
  'metric.entropy': '策略熵',
  'metric.entropy.hint':
    'rollout 所用（除以温度后、top-p 与 top-k 之前）分布的每 token 平均熵。随奖励上升而下降是正常的；奖励没升却降到接' +
    '近 0，说明已没有可供学习的多样性。',
  'metric.entropyAtT1': 'T = 1 的熵',
  'metric.entropyAtT1.hint':
    '不除以温度时的同一个熵：策略本身有多不确定。若除以温度后的熵接近 0 而它不是，失去多样性的是采样器，不是策略。温' +
    '度为 1 时两者相等。',
  'metric.entropy.decisive': '决策 token 的熵',
  'metric.entropy.decisive.hint':
    '选择工具或 HEDGE 的那一个 token 在温度 1 下的熵；六选一完全平均时为 ln 6 = 1.79 nats。健康运行较晚才消耗它，并换' +
    '来奖励；坍缩时到第 30 步就耗尽，却没换来奖励。',
  'metric.reward': '训练奖励',
  'metric.reward.hint':
    '本步 rollout 的加权奖励均值，受其温度、top-p 和 top-k 影响。策略变差时它也可能上升：tool-choice 坍缩时由 0.40 升' +
    '到 0.50，而答对的占比降到 0。',
  'metric.reward.answer': '答对',
  'metric.reward.answer.hint':
    '本步 rollout 中答对的占比，未乘权重。若明显高于验证正确率：训练 prompt 正被背下来，或 rollout 的采样范围更窄。',
  'metric.reward.hedge': '保守回答',
  'metric.reward.hedge.hint':
    '本步 rollout 中有效 HEDGE 的占比，未乘权重。起点为 0.40。趋近 1 时策略已不再尝试工具，每组得分都相同。',
  'metric.reward.format': '格式正确',
  'metric.reward.format.hint':
    '本步 rollout 中格式完全正确的占比，未乘权重。若下降，请看下方的 rollout：格式错误的回复往往也拿不到其他奖励。',
  'metric.reward.brevity': '简短',
  'metric.reward.brevity.hint':
    '1 − 长度 / 20 的均值，未乘权重。完整推算的 16 token 回复为 0.20；0.95 就是只剩一个 token，即长度崩溃的终点。',
  'metric.reward.plane': '切面正确',
  'metric.reward.plane.hint': '本步 rollout 中切面标签正确的占比，未乘权重。格式有误的回复也照样计入。起点约 0.60。',
  'metric.reward.modality': '模态正确',
  'metric.reward.modality.hint': '本步 rollout 中模态标签正确的占比，未乘权重。格式有误的回复也照样计入。起点约 0.51。',
  'metric.reward.caption': '描述',
  'metric.reward.caption.hint':
    'think 标签内的词与真实病变、侧别之间余弦相似度的均值，未乘权重：1 表示恰好是这两个词，0 表示一个也没有。',
  'metric.responseLength': '回复长度',
  'metric.responseLength.hint':
    '每条回复的平均 token 数，含 <eos>。running-sum 中完整推算为 16。随奖励上升而变长，说明思考有回报；迅速跌破峰值' +
    '的 60%，就是长度崩溃。',
  'metric.rewardTrue': '真实奖励',
  'metric.rewardTrue.hint':
    '同一均值，但假设验证器从不误判。训练奖励高于它：错误答案正在得分。若它不动而训练奖励上升，学到的只是如何骗过验证器。',
  'metric.truncatedShare': '截断回复',
  'metric.truncatedShare.hint':
    '本步 rollout 中达到最大回复长度仍没有 <eos> 的占比。被截断的回复格式有误，大多得不到分；占比上升说明长度上限太紧，或策' +
    '略不再收尾。',
  'metric.deadGroups': '死组占比',
  'metric.deadGroups.hint':
    '组内 n 个奖励完全相同的组所占比例。这些组优势为 0，什么也教不了。健康运行后期许多组全对（running-sum 上至多 0.75' +
    '）；奖励很低却接近 1，学习已经结束。',
  'metric.generatedGroups': '生成的组数',
  'metric.generatedGroups.hint':
    '本步为凑够活组而采样的组数，也就是过滤的代价。起初接近每步 prompt 数，答案越确定就越高；达到上限后用死组补足。',
  'metric.covariance': '协方差',
  'metric.covariance.hint':
    '本步各 token 的 log-prob 与优势的协方差。熵的降幅约为它乘以一步的学习进度（Cui et al. 2025）：奖励落在高概率 token ' +
    '上时为正；没有可决定的东西时接近 0。',
  'metric.entropyCoefficient': '自适应熵系数',
  'metric.entropyCoefficient.hint':
    '本步之后控制器的系数：熵不高于目标则加 0.005，否则减 0.005，限制在 0 到 1。只有上一步的熵不高于目标时才给奖励。若持' +
    '续上升，说明熵奖励太弱。',
  'metric.gradNorm': '梯度范数',
  'metric.gradNorm.hint':
    '裁剪前整个梯度的范数，对内层轮数取平均。running-sum 上持续升到早期水平的 1.5 倍，是崩溃的最早征兆。接近 0 说明已' +
    '没有可学的，提高学习率也无济于事。',
  'metric.kl': '与参考模型的 KL',
  'metric.kl.hint':
    '与热启动的距离：k3 的 token 均值，KL 系数为 0 时也会测量。健康的 running-sum 低于 0.07；在那里持续高于 0.5 是警' +
    '报，在 tool-choice 上则常见。dropout 会让它虚高。',
  'metric.policyLoss': '策略损失',
  'metric.policyLoss.hint':
    '内层轮数为 1 时按定义就接近 0（seq-mean-token-mean 下恰好为 0）：比率为 1，组内优势之和为 0。所以 0 既不代表成' +
    '功，也不代表过拟合；请看奖励和梯度范数。TRL 记录的 loss 还包含 β · KL 和熵奖励。',
  'metric.clipFraction': '裁剪占比',
  'metric.clipFraction.hint':
    '比率被裁剪的 token 占比，对内层轮数取平均。内层轮数为 1 时恒为 0。占比增大说明更新幅度超出了裁剪区间。',
  'metric.samplingMismatch': '采样偏差',
  'metric.samplingMismatch.hint':
    '采样时与更新前 log-prob 之差的绝对值均值，单位 nats/token。除非 top-p、top-k、dropout、陈旧步数或 rollout 精度让' +
    '两个分布不同，否则约为 0。只改温度不会：两边都除以它。',
  'metric.learningRate': '学习率',
  'metric.learningRate.hint':
    '本步的学习率，已计入预热、调度和运行中的改动。这是玩具取值：对真实模型有意义的只是它与最佳值之比。',
  'level.largest': '满分',
  'level.hedge': '总是保守回答',
};
