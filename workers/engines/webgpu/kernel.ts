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
  readonly buffers: Readonly<Record<Buffer, `${'read' | 'read_write'} ${Scalar | 'vec4f'}`>>;
  /** Declarations and `fn main`, with `@compute` and its workgroup size left out. */
  readonly code: string;
}

/** Words from one call's uniforms to the next: WebGPU's least alignment of dynamic offsets, 256 bytes. */
export const callWords = 64;

/** A compute shader that compiles in the background; it may be dispatched once `ready` has resolved. */
export class Kernel<Field extends string = string, Buffer extends string = string> {
  /** Rejects with what is wrong with the shader, and where. */
  readonly ready: Promise<void>;
  readonly label: string;
  readonly fields: readonly (readonly [Field, Scalar])[];
  private compiled: GPUComputePipeline | undefined;
  private readonly bufferNames: readonly Buffer[];
  private readonly layout: GPUBindGroupLayout;
  private readonly groups: { readonly storages: readonly Storage[]; readonly group: GPUBindGroup }[] = [];

  constructor(
    private readonly device: GPUDevice,
    source: KernelSource<Field, Buffer>,
  ) {
    const { label } = source;
    this.label = label;
    this.fields = Object.entries(source.call) as [Field, Scalar][];
    this.bufferNames = Object.keys(source.buffers) as Buffer[];
    const visibility = 4; // GPUShaderStage.COMPUTE; the name does not exist in every environment
    const kinds = Object.values<string>(source.buffers);
    this.layout = device.createBindGroupLayout({
      label,
      entries: [
        { binding: 0, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
        ...kinds.map((kind, i): GPUBindGroupLayoutEntry => {
          const type = kind.startsWith('read_write') ? 'storage' : 'read-only-storage';
          return { binding: i + 1, visibility, buffer: { type } };
        }),
      ],
    });
    this.ready = this.compile(shaderCode(source));
    // Whoever awaits it is told; a kernel that nobody came to need fails nothing.
    this.ready.catch(() => undefined);
  }

  /** Throws where `ready` has not resolved. */
  get pipeline(): GPUComputePipeline {
    if (!this.compiled) throw new Error(`kernel '${this.label}' is not compiled yet`);
    return this.compiled;
  }

  private async compile(code: string): Promise<void> {
    const { device, label, layout } = this;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code });
    const scope = device.popErrorScope();
    const pipeline = device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    try {
      [this.compiled] = await Promise.all([pipeline, scope]);
    } catch (error) {
      throw new Error(`kernel '${label}': ${await problemOf(module, error)}`, { cause: error });
    }
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

/** The compiler's own words where it has any, which say the line, or else why there is no pipeline. */
async function problemOf(module: GPUShaderModule, error: unknown): Promise<string> {
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter(({ type }) => type === 'error');
  if (errors.length > 0) return errors.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** The whole WGSL of a kernel: its uniforms, its bindings and its code. */
export function shaderCode({ lanes, call, buffers, code }: KernelSource<string, string>): string {
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
