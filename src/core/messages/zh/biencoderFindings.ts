import type { biencoderFindings as english } from '../en/biencoderFindings.js';

export const biencoderFindings: Record<keyof typeof english, string> = {
  'finding.overfitting': '过拟合',
  'finding.overfitting.evidence': '训练损失 {train}，验证损失 {validation}：差距 {gap}，且验证损失高于其最低值 {lowest}。Top-1 {accuracy}。',
  'finding.overfitting.cause': '模型把训练句对连词带句背了下来。此后它在训练上得到的，都在没见过的句子上失去。',
  'finding.overfitting.fix':
    'dropout 0.2 把 192 对时的 top-1 从 0.18 提到 0.86。更多句对也有用：1,024 对即使没有 dropout 也有 0.89。早停只能保住最好的一刻：0.37。',

  'finding.underfitting.evidence': '训练损失最终为 {train}，开始时为 {initialTrain}。Top-1 准确率从 {from} 变为 {to}。',
  'finding.underfitting.cause': '连训练句对都没有学会：更新太小或太大、丢弃太多，或损失分不清文档。',
  'finding.underfitting.fix':
    '先看学习率：3e-4 最终 0.18，0.1 为 0.31，1e-2 为 0.86。再看 dropout（192 对时 0.5 为 0.20，0.2 为 0.86）和温度（1 为 0.41，0.1 为 0.86）。',

  'finding.representation-collapse': '表征坍缩',
  'finding.representation-collapse.evidence': '损失停在间隔上：{loss}，间隔 {margin}。文档平均相距 {distance}，开始时为 {initialDistance}。',
  'finding.representation-collapse.cause':
    '同批中最难的负例比正确文档还近，推开它就推开了所有文档：全被推到一个点上（用欧氏距离时在查询对面）。在那里每篇文档离查询都一样远，损失等于间隔，句子之间再无区别。',
  'finding.representation-collapse.fix': '先用随机负例，再让随机率下降：从 1 开始每次评估降 0.1，最终 0.88。半难负例从一开始就用，最终 0.86。',

  'finding.easy-negatives': '负例太容易',
  'finding.easy-negatives.evidence': '损失只有 {loss}，间隔为 {margin}，却只有 {accuracyPercent}% 的查询找到自己的文档。',
  'finding.easy-negatives.cause': '几乎每个三元组都已经满足间隔，没有可学的了；而真正在检索中胜出的那些文档，从未当过负例。',
  'finding.easy-negatives.fix': '从同批中挖掘负例：最难负例配合从 1 下降的随机率，最终 0.88；半难负例 0.85；构造的负例 0.17。',

  'finding.twin-confusion': '孪生混淆',
  'finding.twin-confusion.evidence': '{sharePercent}% 的查询先找到换一种说法的同一论点。Top-1 {accuracy}。',
  'finding.twin-confusion.cause': '模型找到了主题和方面，却没找对立场。两边共用一个头时它做不到：与一句话最相似的，就是说同样话的句子。',
  'finding.twin-confusion.fix': '给查询和文档各自的头：0.86，而不是 0.43。',

  'remedy.more-dropout': '启用 dropout：它使两座塔难以把训练句对背下来。',
  'remedy.less-dropout': '减小 dropout：每句话丢掉这么多，连训练句对都难以学会。',
  'remedy.more-pairs': '使用更多训练句对：数量多了就难以背下来。',
  'remedy.lower-temperature': '降低损失的温度：温度高时，损失几乎分不出正确的文档与其他文档。',
  'remedy.curriculum': '先用随机负例，随着模型学习再逐步换成最难负例。',
  'remedy.usual-margin': '把间隔设为相似度够得到、又不会一开始就满足的值。',
  'remedy.separate-heads': '给查询和文档各自的头。',
};
