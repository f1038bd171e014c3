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

/** Words from one call's uniforms to the next: WebGPU's least alignment of dynamic offsets, 256 bytes. */
export const callWords = 64;

/** A compiled kernel; `problem` tells of a shader that does not compile. */
export class Kernel<Field extends string = string, Buffer extends string = string> {
  readonly problem: Promise<string | undefined>;
  readonly pipeline: GPUComputePipeline;
  readonly fields: readonly (readonly [Field, Scalar])[];
  private readonly label: string;
  private readonly bufferNames: readonly Buffer[];
  private readonly layout: GPUBindGroupLayout;
  private readonly groups: { readonly storages: readonly Storage[]; readonly group: GPUBindGroup }[] = [];

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

  /** The bind group of the inputs, whose uniforms a call places, and these buffers; made once for buffers of our own. */
  group(inputs: Storage, buffers: Readonly<Record<string, Storage>>): GPUBindGroup {
    const { bufferNames } = this;
    const bound = (name: string): Storage => (name === 'inputs' ? inputs : buffers[name]!);
    const isBound = (storage: Storage, i: number): boolean => storage === (i === 0 ? inputs : bound(bufferNames[i - 1]!));
    const known = this.groups.find(({ storages }) => storages.every(isBound));
    return known?.group ?? this.createGroup([inputs, ...bufferNames.map(bound)]);
  }

  private createGroup(storages: readonly Storage[]): GPUBindGroup {
    const group = this.device.createBindGroup({
      label: this.label,
      layout: this.layout,
      entries: storages.map(({ buffer, bytes }, i) => {
        return { binding: i, resource: { buffer, size: i === 0 ? 4 * callWords : bytes } };
      }),
    });
    if (storages.some((storage) => storage.borrowed)) return group;
    const made = { storages, group };
    this.groups.push(made);
    const forget = (): void => {
      const at = this.groups.indexOf(made);
      if (at >= 0) this.groups.splice(at, 1);
    };
    for (const storage of new Set(storages)) storage.onDestroy(forget);
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
