import type { labs as english } from '../en/labs.js';

export const labs: Record<keyof typeof english, string> = {
  'lab.grpo': 'GRPO',
  'lab.grpo.about': '语言模型的强化学习：成组回复互相比较',
  'lab.biencoder': '双编码器',
  'lab.biencoder.about': '对比学习检索：为每个查询找到它的反方论点',
  'lab.reward-model': '奖励模型',
  'lab.reward-model.about': '从成对的回答中学习人更喜欢哪一个',
  'lab.pointer': '指针选择器',
  'lab.pointer.about': '从候选池里选出一对好的示例',

  'group.telling': '与此预设有关',
  'group.run': '运行',
  'parameter.replicas': '副本数',
  'parameter.replicas.hint':
    '以 seed、seed + 1……并排训练的副本；图中显示均值和离散程度。单次运行说明不了什么。副本越多，每步越慢。',
  'parameter.seed': '随机种子',
  'parameter.seed.hint':
    '决定初始权重、数据和每一次随机抽样。设置、种子和引擎都相同，曲线逐位一致；换个种子就能看出哪些只是运气。',
  'parameter.engine': '计算引擎',
  'parameter.engine.hint':
    '由谁来计算：GPU 或 CPU 上的融合内核（cpu-fma 需要较新的浏览器），或普通的 TensorFlow.js 运算（reference-…）。' +
    '公式相同，舍入不同。auto：在这次运行上逐个试测，取最快的。',
  'option.engine.auto': '自动',
  'option.engine.webgpu': 'GPU 内核 (webgpu)',
  'option.engine.cpu-fma': 'CPU 内核，融合乘加 (cpu-fma)',
  'option.engine.cpu': 'CPU 内核 (cpu)',
  'option.engine.reference-webgpu': 'GPU (reference-webgpu)',
  'option.engine.reference-wasm': 'CPU (reference-wasm)',
  'option.engine.reference-cpu': 'CPU，纯 JavaScript (reference-cpu)',

  'unit.score': '得分',
  'unit.share': '占比',
  'unit.nats': 'nats',
  'unit.tokens': 'token',
  'unit.groups': '组',
  'unit.coefficient': '系数',
  'unit.norm': 'L2 范数',
  'unit.loss': '损失',
  'unit.rate': '学习率',
  'unit.ratio': '比率',
};
