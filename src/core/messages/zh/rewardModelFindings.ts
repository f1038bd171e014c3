import type { rewardModelFindings as english } from '../en/rewardModelFindings.js';

export const rewardModelFindings: Record<keyof typeof english, string> = {
  'finding.overfitting': '过拟合',
  'finding.overfitting.evidence':
    '验证损失 {validation}，最低时为 {lowest}；同样方式测得的训练损失 {training}：差距 {gap}。准确率 {accuracy}，此前为 {bestAccuracy}。',
  'finding.overfitting.cause': '模型还在学的只是这些训练对（包括被翻转的标签），不再是什么让回答更好。',
  'finding.overfitting.fix':
    '减少轮数：“过拟合”预设 4 轮后为 0.60，20 轮后为 1.36。然后增加偏好对：128、512、2,048 对分别为 0.60、0.59、0.53。较小的秩也能缩小差距。',

  'finding.overconfidence': '过度自信',
  'finding.overconfidence.evidence':
    '模型平均给自己的偏好 {confidencePercent}% 的概率，实际答对 {accuracyPercent}%：把握高出 {excessPercent} 个百分点。评估方式的训练损失 {training}。',
  'finding.overconfidence.cause':
    '训练对都排对之后，损失只能靠把奖励拉得更开来下降。在新的偏好对上，错误的偏好也随之更自信，而自信的错误代价很大。',
  'finding.overconfidence.fix':
    '减少轮数：“把握大过正确率”预设 4 轮后损失 0.44、准确率 0.814，24 轮后为 0.73 和 0.785。标签平滑 0.1 把高出的部分从 13 个百分点降到 0。如果只在乎回答的先后，损失就夸大了害处。',

  'finding.underfitting.evidence': '运行结束时，模型排对了 {toPercent}% 的验证对；开始时为 {fromPercent}%。',
  'finding.underfitting.cause': '两个回答的奖励几乎没有拉开：更新太少、太小，或者大到无法稳定下来。',
  'finding.underfitting.fix': '先检查学习率，再看预热和轮数。',

  'remedy.fewer-epochs': '减少轮数：后面几轮学到的只是把这些偏好对背下来。',
  'remedy.more-pairs': '使用更多训练对：数量多了就难以背下来。',
};
