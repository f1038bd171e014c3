import type { biencoderPresets as english } from '../en/biencoderPresets.js';

export const biencoderPresets: Record<keyof typeof english, string> = {
  'preset.biencoder.healthy': '健康',
  'preset.biencoder.healthy.story':
    'InfoNCE，温度 0.1，1,024 对，dropout 0.1。400 步内 top-1 从 0.01 升到 0.87（15 个种子，0.81 到 0.92），两条损失曲线始终接近。' +
    '请看嵌入图中各个主题如何分开。接着试试：温度 1，最终 0.41。',
  'preset.biencoder.healthy.caveat':
    '常见建议：concat 比单用均值好。这里用 transformer 时两者打平（0.83 与 0.83）。标签平滑也不改变 top-1（0.86 到 0.88），只让模型更不自信。',
  'preset.biencoder.overfitting': '过拟合：192 对',
  'preset.biencoder.overfitting.story':
    '192 对，没有 dropout。到第 90 步训练损失已降到开始的三十分之一，top-1 接近最高点 0.37。此后两条损失分道扬镳：训练 0.02，验证 2.7，' +
    'top-1 跌到 0.18。接着试试：dropout 0.2。',
  'preset.biencoder.overfitting.caveat':
    '停滞时把学习率减半在这里治不好：取 3 次，最终 0.17。早停能保住最佳状态，但那也只有 0.37。192 对时标签平滑有害。',
  'preset.biencoder.dropout-cures': 'Dropout 治好了它',
  'preset.biencoder.dropout-cures.story':
    '同样 192 对，dropout 0.2。同一句话每次看起来都不同，背不下来：验证损失降到 0.48，top-1 最终 0.86，而不是 0.18。接着试试：dropout 0.5。',
  'preset.biencoder.dropout-cures.caveat':
    '常说 0.3 到 0.5 最好。这里最好的是 0.1 到 0.2：1,024 对时 0.3 最终 0.67，192 对时 0.5 最终 0.20。',
  'preset.biencoder.too-much-dropout': 'Dropout 太多',
  'preset.biencoder.too-much-dropout.story':
    '同样的设置，dropout 0.5。每一步都有一半的激活被置零，连训练损失也停在 1.6：欠拟合，top-1 0.20。两条损失差距不大，但单凭这一点' +
    '什么也说明不了。接着试试：在运行中调到 dropout 0.2。在第 100 步调，最终 0.77；调得越晚，剩下可学的越少。',
  'preset.biencoder.learning-rate-low': '学习率太低',
  'preset.biencoder.learning-rate-low.story':
    '3e-4，而不是 1e-2。没有出错，只是 400 步还没走到：top-1 0.18，两条损失都还在下降。接着试试：在运行中调到 1e-2。在第 100 步调，最终 0.87。',
  'preset.biencoder.learning-rate-high': '学习率太高',
  'preset.biencoder.learning-rate-high.story':
    '健康学习率的十倍。损失上下跳动、居高不下，top-1 最终 0.31（0.17 到 0.43，看种子），有些种子里孪生句排第一。接着试试：用 1e-2 ' +
    '开始新的运行。在运行中调就太晚了：在第 100 步调，最终 0.28。把梯度范数上限设为 0.5，最终 0.51。',
  'preset.biencoder.hard-negatives-collapse': '过早使用最难负例',
  'preset.biencoder.hard-negatives-collapse.story':
    '三元组，从第一步就用同批中最难的负例。到第 40 步文档只相距 0.08，而不是 1.14，最后为 0.005：查询对面的一个点。损失停在间隔 0.300，top-1 停在 0.02。难负例没有错，' +
    '只是来得太早。接着试试：随机率 1，每次降 0.1（预设“课程”）。',
  'preset.biencoder.curriculum': '课程：从随机到最难',
  'preset.biencoder.curriculum.story':
    '同样的三元组，但开始时负例全部随机，十次评估之内逐渐换成最难的（见随机率的图）。最终 0.86（15 个种子，0.78 到 0.93）。' +
    '降得慢，负例就一直太容易：每次 0.005 最终 0.60。',
  'preset.biencoder.curriculum.caveat':
    '有人说每次评估降 0.03 到 0.05 不稳定。这里不是：0.05 最终 0.87，0.1 为 0.88，更慢的反而更低。间隔更要紧：0.02 坍缩，2 在 10 次中失败 9 次。',
  'preset.biencoder.easy-negatives': '损失低，检索差',
  'preset.biencoder.easy-negatives.story':
    '三元组的负例按属性构造，而不是挖掘。损失降到 0.02，看起来完美；top-1 只有 0.17。展示过的负例都被打败了，检索中胜出的文档却从未展示过。' +
    '接着试试：负例 semi-hard，最终 0.85。',
  'preset.biencoder.tied-heads': '两边共用一个头',
  'preset.biencoder.tied-heads.story':
    '查询和文档共用一个头。与一个论点最相似的就是它自己：一半的查询先找到同立场的孪生句，top-1 停在 0.43。请看检索结果。接着试试：关闭共用头。',
};
