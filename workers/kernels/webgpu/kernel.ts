import type { Storage } from './memory.js';

type Scalar = 'f32' | 'u32';

/** One compute shader with what it is bound to. */
export interface KernelSource<Field extends string, Buffer extends string> {
  readonly label: string;
  /** Invocations a workgroup, in WGSL `lanes`. */
  readonly lanes: number;
  /** What differs between dispatches, in WGSL `call.…`. */
  readonly call: Readonly<Record<Field, Scalar>>;
  /** Storage buffers by their WGSL names. */
  readonly buffers: Readonly<Record<Buffer, `${'read' | 'read_write'} ${Scalar}`>>;
  /** Declarations and `fn main`, with `@compute` and its workgroup size left out. */
  readonly code: string;
}

/** Bytes from one call's uniforms to the next: WebGPU's least alignment of dynamic offsets. */
export const callStride = 256;

/** A compiled kernel; `problem` tells of a shader that does not compile. */
export class Kernel<Field extends string = string, Buffer extends string = string> {
  readonly problem: Promise<string | undefined>;
  readonly pipeline: GPUComputePipeline;
  readonly fields: readonly (readonly [Field, Scalar])[];
  readonly bufferNames: readonly Buffer[];
  readonly label: string;
  private readonly layout: GPUBindGroupLayout;
  private readonly groups = new Map<string, GPUBindGroup>();

  constructor(
    private readonly device: GPUDevice,
    source: KernelSource<Field, Buffer>,
  ) {
    this.label = source.label;
    this.fields = Object.entries(source.call) as [Field, Scalar][];
    this.bufferNames = Object.keys(source.buffers) as Buffer[];
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: source.label, code: shaderCode(source) });
    const visibility = 4; // GPUShaderStage.COMPUTE; the name does not exist in every environment
    const kinds = Object.values<string>(source.buffers);
    this.layout = device.createBindGroupLayout({
      label: source.label,
      entries: [
        { binding: 0, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
        ...kinds.map((kind, i): GPUBindGroupLayoutEntry => {
          const type = kind.startsWith('read_write') ? 'storage' : 'read-only-storage';
          return { binding: i + 1, visibility, buffer: { type } };
        }),
      ],
    });
    this.pipeline = device.createComputePipeline({
      label: source.label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout] }),
      compute: { module, entryPoint: 'main' },
    });
    this.problem = findProblem(source.label, module, device.popErrorScope());
  }

  /** The bind group of these buffers, made once as long as they live and are the kernels' own. */
  group(calls: Storage, buffers: Readonly<Record<Buffer, Storage>>): GPUBindGroup {
    const bound = this.bufferNames.map((name) => buffers[name]);
    const key = [calls, ...bound].map((storage) => storage.id).join(' ');
    let group = this.groups.get(key);
    if (!group) {
      group = this.device.createBindGroup({
        label: this.label,
        layout: this.layout,
        entries: [
          { binding: 0, resource: { buffer: calls.buffer, size: callStride } },
          ...bound.map(({ buffer, bytes }, i) => ({ binding: i + 1, resource: { buffer, size: bytes } })),
        ],
      });
      if (bound.some((storage) => storage.borrowed)) return group;
      this.groups.set(key, group);
      for (const storage of [calls, ...bound]) storage.onDestroy(() => this.groups.delete(key));
    }
    return group;
  }
}

async function findProblem(
  label: string,
  module: GPUShaderModule,
  scope: Promise<GPUError | null>,
): Promise<string | undefined> {
  const [{ messages }, error] = await Promise.all([module.getCompilationInfo(), scope]);
  const errors = messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
  if (error && errors.length === 0) errors.push(error.message);
  return errors.length > 0 ? `kernel '${label}': ${errors.join('; ')}` : undefined;
}

function shaderCode({ lanes, call, buffers, code }: KernelSource<string, string>): string {
  const fields = Object.entries(call).map(([name, type]) => `  ${name}: ${type},`);
  const bindings = Object.entries(buffers).map(([name, kind], i) => {
    const [access, type] = kind.split(' ');
    return `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  return [
    'struct Call {',
    ...fields,
    '}',
    '@group(0) @binding(0) var<uniform> call: Call;',
    ...bindings,
    `const lanes = ${lanes}u;`,
    code.replace(/\bfn main\(/, '@compute @workgroup_size(lanes) fn main('),
  ].join('\n');
}
