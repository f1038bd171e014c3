import type { session as english } from '../en/session.js';

export const session: Record<keyof typeof english, string> = {
  // A value that came from outside and is not right
  'problem.unknown': '{key}：没有这个字段，已忽略。',
  'problem.unknown.guess': '{key}：没有这个字段，已忽略。是否想写 {expected}？',
  'problem.empty': '{key}：没有填写。应为：{expected}。',
  'problem.not-a-number': '{key}：“{received}”不是数字。应为：{expected}。',
  'problem.comma': '{key}：“{received}”含有逗号：小数写作 1.5，千位写作 1000。应为：{expected}。',
  'problem.not-an-integer': '{key}：{received} 不是整数。应为：{expected}。',
  'problem.out-of-range': '{key}：{received} 超出范围。应为：{expected}。',
  'problem.not-an-option': '{key}：“{received}”不在选项中。应为：{expected}。',
  'problem.not-a-switch': '{key}：“{received}”既不是 on 也不是 off。应为：on、off。',
  'problem.not-applicable': '{key}：“{received}”在当前设置下没有意义。应为：{expected}。',
  'problem.other-variant': '{key}：“{received}”是 {expected} 的预设，因此不予采用。',
  'problem.badly-encoded': '{key}：“{received}”无法解读：百分号应写成 %25，其他字节应为 UTF-8。',
  'problem.repeated': '{key} 出现了不止一次；忽略“{received}”。',
  'problem.too-long': '{key}：“{received}…”太长；最多读取 {expected} 个字符。',
  'problem.too-many': '链接的字段太多；只读取前 {expected} 个。',
  'problem.not-a-change': '{key}：“{received}”不是一次设置更改。应为步数和取值，例如 {expected}。',
  'problem.not-live': '{key}：不能改成“{received}”，因为这项设置在训练中不能更改。可以更改的有：{expected}。',
  'problem.wrong-kind': '{key}：“{received}”应为{expected}。',
  'problem.not-json': '“{received}”不是 JSON。应为 JSON 行，即本页面保存的、“headless --json”打印的格式。',
  'problem.no-run': '{key}：这一行之前没有运行开始。应先有含“run”的一行。',
  'problem.newer-schema': '{key}：{received} 比本页面能读的（{expected}）更新。请用写出它的版本或更新的版本打开。',
  'problem.not-later': '{key}：{received} 排在 {expected} 之后。应为更大的数。',
  'problem.no-metric': '{key}：实验室 {expected} 没有这个指标，已略去。',
  'kind.number': '一个数',
  'kind.text': '一段文字',
  'kind.object': '一个对象',
  'kind.value': '数、文字、true 或 false',
  'kind.list': '一个列表',
  'kind.keys': '名称的列表',
  'kind.seeds': '整数的列表',
  'kind.row': '每个种子一个值的列表',
  'kind.schedule': '步数及其更改的列表',
  'problem.kept': '当前使用 {kept}。',
  'range.between': '{min} 到 {max}',
  'range.zeroOr': '0，或 {min} 到 {max}',

  // What did not go as asked while a run was prepared or trained, and what was done instead
  'note.noWebgpu': '此处没有 WebGPU；改用 CPU 训练。',
  'note.softwareAdapter': '这里的 WebGPU 由软件模拟（{adapter}），比直接用 CPU 更慢；改用 CPU 训练。',
  'note.engineUnavailable': '{engine} 无法启动：{reason}。改用 {used}。',
  'note.weightsMissing': '无法加载 {file}（{reason}）。改为在此训练热启动模型。',
  'note.weightsDamaged': '无法使用 {file}：{reason}。改为在此训练热启动模型。',
  'note.runNotRead':
    '无法从浏览器存储中读取这次运行：{reason}。',
  'note.runsDamaged':
    '有 {count} 次已保存的运行无法读取：数据已损坏，或由更新版本的本页面保存。它们保持原样。',
  'note.storageFull':
    '浏览器存储已满：运行只保留到此标签页关闭为止。请把要保留的运行另存为文件。',
  'note.storageRefused':
    '浏览器不允许在此保存运行（{reason}）：运行只保留到此标签页关闭为止。请把要保留的运行另存为文件。',
  'note.runsCleared':
    '浏览器存储将满：已移除最早的 {runs} 次未固定的运行，以及 {checkpoints} 次运行的检查点。',
  'note.checkpointsCleared':
    '浏览器存储将满：已移除最早的 {runs} 次运行的检查点，它们的曲线仍然保留。',
  'note.checkpointsNotStored':
    '无法保存本次运行的检查点（{reason}）：重新加载页面后不能从检查点继续。',
  'note.weightsNotKept': '保留的权重已不在，或属于另一个模型或引擎；改为重新开始。',
  'note.notFinite': '第 {step} 步：{what} 不是有限数。运行已停止，并保留第 {kept} 步的状态。',
  'note.endedEarly': '第 {step} 步提前结束：{what} 不再上升。最佳状态已保留。',
  'note.refused': '无法开始运行：{reason}。',
  'note.failed': '运行失败：{reason}。已测得的数据全部保留。',
  'note.outOfMemory': '内存不足。已测得的数据全部保留。请调低其中一项：{lower}。',
  'note.recovered': '引擎已重新启动，运行从第 {step} 步继续。',
  'note.nextEngine': '改用 {engine}，从第 {step} 步继续训练。',
  'note.changedOver': '{from} 每步用时 {took} 毫秒，而比较时 {engine} 只用 {measured} 毫秒。改用 {engine}，从第 {step} 步继续训练。',
  'note.memory': '此运行约需 {gigabytes} GB 内存，浏览器可能会关闭标签页。若要减少，请调低其中一项：{lower}。',
  'note.workerLost': '一个训练线程已停止：{reason}。',
  'note.workersUnused': '无法使用其他核心上的线程：{reason}。在重新打开页面之前，训练使用的核心会较少。',
  'note.deviceLost': 'GPU 设备丢失：{reason}。已测得的数据全部保留。',
};
