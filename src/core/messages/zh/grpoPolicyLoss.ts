import type { grpoPolicyLoss as english } from '../en/grpoPolicyLoss.js';

export const grpoPolicyLoss: Record<keyof typeof english, string> = {
  'parameter.miniBatches': 'mini-batch 数',
  'parameter.miniBatches.hint':
    '每遍 rollout 分成几份互不重叠的 prompt，各更新一次。为 1（且内层轮数为 1）时比率恒为 1。调大则同样的样本学得更快；' +
    '靠后的更新所用的样本，已不是当前策略采的。',
  'parameter.staleness': '陈旧步数',
  'parameter.staleness.hint':
    '回复由这么多步之前的策略采样，如采样与训练异步进行时那样。调大，训练用的就是更旧的策略的回复：在健康的学习率下 4 ' +
    '没有代价；学习率加倍时 tool-choice 的 16 次运行失败 9 次。0 为同策略。',
  'parameter.rolloutPrecision': 'rollout 精度',
  'parameter.rolloutPrecision.hint':
    '只对采样一侧的权重做舍入，如推理引擎那样。位数越少，真实硬件上采样越快，但采样分布与训练的分布不同。这里没有损失：fp8 最终 0.89，校正与否都一样，与 float32 相同。',
  'parameter.klCorrection': 'KL 校正',
  'parameter.klCorrection.hint':
    '用新旧概率之比给 KL 估计加权，梯度也经过这个比率：同策略时 k3 的拉力与 k2 相同。TRL 1.13 起默认打开；verl 的 k3+ 目的' +
    '相同。关闭则用原来的估计。',
  'parameter.klInReward': 'KL 计入奖励',
  'parameter.klInReward.hint':
    '从每条回复的奖励中扣除 β · KL，而不是加进损失：优势比较的是扣除之后的奖励。verl 和 PPO 式的配方这样做。若一组回复漂移' +
    '得一样远，就感受不到拉力。关闭则在损失里。',
  'parameter.klController': 'KL 控制器',
  'parameter.klController.hint':
    'fixed：系数不变。adaptive：实测 KL 高于目标时系数变大，低于目标时变小，每步至多变 20 % × 回复数 / 时域（Ziegler 等 ' +
    '2019）。',
  'parameter.klTarget': '目标 KL',
  'parameter.klTarget.hint':
    'adaptive 控制器要达到的每 token KL。调小让策略更贴近热启动；调大则漂移更远之后系数才变大。',
  'parameter.klHorizon': 'KL 时域',
  'parameter.klHorizon.hint':
    'adaptive 控制器用多少条回复纠正误差。调小则几步之内就有反应，但可能摆动；调大在短训练里几乎不动：verl 的 10,000 在这' +
    '里约合 300 步（每步 32 条回复）。',
  'parameter.policyLoss': '策略损失',
  'parameter.policyLoss.hint':
    '新旧概率之比怎么用。clip：PPO。gspo：每条回复一个比率。cispo：裁剪权重而不裁掉梯度。clip-cov、kl-cov：约束协方差大' +
    '的 token。gpg：不用比率。sapo：软门控。',
  'parameter.covarianceShare': '协方差 token 占比',
  'parameter.covarianceShare.hint':
    '按 log 概率与优势的协方差挑出的 token 占比，至少一个：每步约 300 个 token 时，verl 的 2e-4 就是一个。调大使熵下降更' +
    '慢，学习也随之变慢。',
  'parameter.covarianceLow': '协方差下界',
  'parameter.covarianceLow.hint':
    'Clip-Cov 只在协方差高于此值的 token 中挑选。调大则可选的更少；高过所有 token 时，损失与普通的相同。',
  'parameter.covarianceHigh': '协方差上界',
  'parameter.covarianceHigh.hint':
    'Clip-Cov 不碰协方差高于此值的 token。调小则放过最极端的那些；小于下界时一个也挑不出。',
  'parameter.klCovCoefficient': 'KL-Cov 系数',
  'parameter.klCovCoefficient.hint':
    'KL-Cov 挑出的 token，其 log 概率自采样以来每移动 1 nat 要付的代价。调大则按得更紧；其他 token 不受影响。论文用 1，verl ' +
    '默认 0.1。',
  'parameter.sapoPositive': 'SAPO τ（正优势）',
  'parameter.sapoPositive.hint':
    '好回复的 token 比率离开 1 时，软门关得多陡。调大则更早关上，相当于更窄的裁剪区间；调小则 token 可以走得更远。',
  'parameter.sapoNegative': 'SAPO τ（负优势）',
  'parameter.sapoNegative.hint':
    '对坏回复的 token 同样如此，它们的梯度会摊到所有其他 token 上。比正的一侧大则更谨慎：论文默认 1.05 对 1。',
  'parameter.rolloutCorrection': 'rollout 校正',
  'parameter.rolloutCorrection.hint':
    '采样的是另一个策略，所以用“训练端概率 / 采样端概率”给每个 token 的策略损失加权。token-truncate 截断每个权重；' +
    'sequence-… 用整条回复的乘积；mask 丢掉超限的回复。',
  'parameter.rolloutCorrectionThreshold': '校正权重上限',
  'parameter.rolloutCorrectionThreshold.hint':
    '最大权重：超过的截到此值，sequence-mask 则丢掉。调小更稳但偏差更大；调大会让个别 token 或回复压过其余。verl 和 ' +
    'ms-swift 为 2，TRL 为 3。',
  'parameter.maskTruncated': '屏蔽截断回复',
  'parameter.maskTruncated.hint':
    '在最大回复长度处被截断的回复不进损失，但仍计入组均值。打开后没有回复因长度不够而受罚，因此也没有什么约束长度。',

  'option.rolloutPrecision.float32': 'float32',
  'option.rolloutPrecision.bfloat16': 'bfloat16',
  'option.rolloutPrecision.fp8': 'fp8 (e4m3)',
  'option.klController.fixed': 'fixed：固定',
  'option.klController.adaptive': 'adaptive：自适应',
  'option.policyLoss.clip': 'clip (PPO, GRPO)',
  'option.policyLoss.gspo': 'gspo：每条回复一个比率',
  'option.policyLoss.cispo': 'cispo：裁剪权重',
  'option.policyLoss.clip-cov': 'clip-cov',
  'option.policyLoss.kl-cov': 'kl-cov',
  'option.policyLoss.gpg': 'gpg：不用比率',
  'option.policyLoss.sapo': 'sapo：软门控',
  'option.rolloutCorrection.off': 'off：关闭',
  'option.rolloutCorrection.token-truncate': 'token-truncate (TIS)',
  'option.rolloutCorrection.sequence-truncate': 'sequence-truncate',
  'option.rolloutCorrection.sequence-mask': 'sequence-mask (MIS)',

  'inert.lossWithoutClip': '对这种策略损失不起作用：它没有这样的界。',
  'inert.sameLossOnPolicy': '内层轮数和 mini-batch 数都为 1 时没有区别：每批 rollout 只更新一次，比率恒为 1，这种损失的梯度与普通的相同。',
  'inert.noMismatch': '在这里不起作用：采样的就是正在训练的策略，除舍入误差外权重都是 1。',
  'inert.klInReward': 'KL 计入奖励时不起作用：损失里没有 KL。',

  'metric.ratio.max': '最大比率',
  'metric.ratio.max.hint': '本步损失所用的 token 新旧概率之比中最大的。每一步都从 1 开始；同一批样本上更新走得越远，它就越大。',
  'metric.ratio.sequence': '整条回复',
  'metric.ratio.sequence.hint': '一条回复各 token 比率的几何平均中最大的，GSPO 裁剪的就是它：个别 token 的跳动在其中几乎看不出来。',
  'metric.stalenessKl': '采样端 KL',
  'metric.stalenessKl.hint':
    '采样时的 log 概率 − 本步更新前策略的 log 概率，按 token 平均，nat：KL(采样端 ‖ 训练端)。同策略时为 0；verl 的指南认为超过 ' +
    '0.01 就是精度问题。',
  'metric.rolloutCorrectionWeight': '校正权重',
  'metric.rolloutCorrectionWeight.hint': 'rollout 校正权重的均值。小于 1 说明上限或屏蔽去掉了一些；verl 的指南认为超出 0.5 到 2 就有问题。',
  'metric.klCoefficient': 'KL 系数',
  'metric.klCoefficient.hint': '计入奖励的 KL 的 β，即 adaptive 控制器在本步所取的值。',
};
