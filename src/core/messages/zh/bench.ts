/** 基准测试：`npm run bench`，以及带 `?bench` 的页面。 */
export const bench = {
  'bench.title': '基准测试',
  'bench.intro':
    '在本机上测量本页每个引擎完成一步训练所需的时间：从随附热启动权重开始的 GRPO 步，一个更大模型的监督训练步，以及双编码器实验室的步。各引擎轮流运行，机器上其他负载因此对它们影响相同。',
  'bench.run': '运行',
  'bench.run.quick': '运行简短版',
  'bench.stop': '停止',
  'bench.back': '返回训练场',
  'bench.progress': '第 {done} 项，共 {cases} 项：{engines}',
  'bench.ended': '完成。',
  'bench.failed': '基准测试失败：{reason}',
  'bench.machine': '{cores} 核；WebGPU：{adapter}；{agent}',
  'bench.noAdapter': '无',
  'bench.markdown': 'Markdown 格式的表格',
  'bench.peak': '单核上普通 SIMD 矩阵乘法可达 {gflops} GFLOP/s。',

  'bench.case.supervised': '监督训练，宽度 64',
  'bench.case.biencoder': '双编码器，均值池化',
  'bench.case.shorter': '{task}，最多 {most} 个 token',

  'bench.table.steps': '训练步',
  'bench.table.steps.hint':
    '每步毫秒数取各轮的中位数。GFLOP/s 只计采样所得 token 必需的矩阵乘法：rollout、参考模型、前向各一次，反向按两次计；不含填充。R：同时训练的副本数。',
  'bench.table.kernels': '引擎 webgpu 的各个 kernel',
  'bench.table.kernels.hint':
    '每步中各个 kernel 的 dispatch 所用的毫秒数，由 GPU 自身的时钟测得；浏览器会对该时钟取整，Chrome 取到 0.1 毫秒。' +
    '这些步单独测量。此时若浏览器的性能分析器正在录制，每次 dispatch 都会显示在“WebGPU kernels”轨道中。',
  'bench.table.growth': 'running-sum 一步的时间如何增长',
  'bench.table.growth.hint':
    '每步毫秒数，取最快一轮；括号内是它与按工作量成比例增长之比，以 n 为 4、单个副本为基准。小于 1 表示步越大，单位工作量越省时。',
  'bench.table.loss': '第一个监督训练步的损失',
  'bench.table.loss.hint': '各处应相同，因为同一模型从相同的权重和 token 开始学习。',

  'bench.column.case': '训练步',
  'bench.column.size': '规模',
  'bench.column.engine': '引擎',
  'bench.column.ms': '毫秒/步',
  'bench.column.fastest': '最快',
  'bench.column.length': '回复 token 数',
  'bench.column.tokens': 'token/秒',
  'bench.column.gflops': 'GFLOP/s',
  'bench.column.peak': '占普通乘法的比例',
  'bench.column.dispatches': 'dispatch 次数',
  'bench.column.javascript': 'JavaScript 毫秒',
  'bench.column.ratio': '时间 / {engine}',
  'bench.column.allKernels': '全部 kernel',
  'bench.column.replicas': '副本数',
  'bench.column.n': 'Rollout n',
  'bench.column.most': '最多 token 数',

  'bench.kernel.rollout': 'rollout',
  'bench.kernel.forward': '前向传播',
  'bench.kernel.backward': '反向传播',
  'bench.kernel.matrixGradients': '矩阵的梯度',
  'bench.kernel.vectorGradients': '嵌入与增益的梯度',
  'bench.kernel.tokenLogProbs': 'token 的对数概率',
  'bench.kernel.grpoLoss': 'GRPO 损失',
  'bench.kernel.crossEntropy': '交叉熵',
  'bench.kernel.rowSums': '标量求和',
  'bench.kernel.gradientNorm': '梯度范数',
  'bench.kernel.adamW': 'AdamW',

  'bench.note.untimed': '无法逐个测量 {engine} 的 kernel：此处的 WebGPU 不提供时间戳（timestamp-query）。',
  'bench.note.failed': '{engine} 未参加：{reason}。',
  'bench.note.slow': '{engine} 有一项的一步超过了 {seconds} 秒，因此不参加更大的项目。',
} as const;
