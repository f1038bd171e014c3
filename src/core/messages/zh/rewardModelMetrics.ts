import type { rewardModelMetrics as english } from '../en/rewardModelMetrics.js';

export const rewardModelMetrics: Record<keyof typeof english, string> = {
  'metric.validationLoss': '验证损失',
  'metric.validationLoss.hint':
    '留出的偏好对上 −log σ(选中 − 落选) 的均值，不含 dropout、间隔和平滑。色带是它相对上一次评估的变化的标准误差：不到两倍的' +
    '变化什么也说明不了。',
  'metric.trainLossEvaluated': '训练损失（评估方式）',
  'metric.trainLossEvaluated.hint':
    '同样的损失，在至多 1,000 个训练对上按验证损失的方式测量：用当前权重，不用 dropout。只有它可以和验证损失相比；两者之差就是' +
    '背下来的部分。',
  'metric.trainLoss': '训练损失（日志）',
  'metric.trainLoss.hint':
    '框架日志里的训练损失：最近一轮那么多步的均值，含 dropout、间隔、居中和平滑。它落后于模型，所以前期高于验证损失。',
  'metric.accuracy': '准确率',
  'metric.accuracy.hint':
    '留出的偏好对中，被选中的回答奖励更高的占比。500 对时误差约 ± 2 个百分点。标签有噪声，所以它超不过 oracle。',
  'metric.overconfidence': '过度自信',
  'metric.overconfidence.hint':
    '模型对自己偏好的把握（σ(|奖励差|) 的均值）减去它答对的占比。0 表示恰如其分；0.1 表示把握比正确率高 10 个百分点。准确率不' +
    '动时，它也会抬高损失。',
  'metric.rewardMargin': '奖励差',
  'metric.rewardMargin.hint': '留出的偏好对上“选中 − 落选”奖励的均值。模型变好时它增大；模型只是更自信时，它也继续增大。',
  'metric.validationLoss.standardError': '损失的误差',
  'metric.validationLoss.standardError.hint':
    '验证损失本身的标准误差，来自各对之间的差别。比较验证对不同的两次运行时要看它；同一次运行内的变化误差小得多。',
  'metric.validationLoss.pairedError': '变化的误差',
  'metric.validationLoss.pairedError.hint':
    '验证损失相对上一次评估的变化的标准误差，逐对相减得到：偏好对是同一批，某一对有多难在相减时抵消。',
  'metric.oracleAccuracy': 'Oracle 准确率',
  'metric.oracleAccuracy.hint': '留出的偏好对中，效用较高的回答被选中的占比：知道每个词价值的模型在这些标签上能达到的准确率。',
  'metric.gradNorm': '梯度范数',
  'metric.gradNorm.hint': '全部训练权重的梯度在裁剪前的范数。健康运行约 1.2；训练对全部背熟之后接近 0。',
  'metric.learningRate': '学习率',
  'metric.learningRate.hint': '本步的学习率，已计入预热、调度和运行中的改动。',

  'level.chance': '随机水平 ln 2',
  'level.oracle': 'oracle',
  'level.coin': '抛硬币',
  'level.calibrated': '恰如其分',
};
