/** A buffer of known size, and who wants to know of its end. */
export class Storage {
  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly buffer: GPUBuffer,
    readonly bytes: number,
  ) {}

  /** Called once, when the buffer is destroyed or no longer used. */
  onDestroy(listener: () => void): void {
    this.listeners.push(listener);
  }

  forget(): void {
    for (const listener of this.listeners.splice(0)) listener();
  }
}

// The names GPUBufferUsage and GPUMapMode do not exist in every environment.
const mapRead = 0x1;
const copySource = 0x4;
const copyTarget = 0x8;
const uniform = 0x40;
const storage = 0x80;
const usages = {
  storage: storage | copySource | copyTarget,
  /** Read as storage and as uniforms. */
  inputs: storage | uniform | copyTarget,
  readback: mapRead | copyTarget,
} as const;

/** Buffers of one device with a tally of them. */
export class Memory {
  private readonly held = new Set<Storage>();
  private readonly scratch = new Map<string, Storage>();
  /** Replaced workspaces that recorded work may still name. */
  private readonly replaced: Storage[] = [];

  constructor(readonly device: GPUDevice) {}

  get tally(): { readonly buffers: number; readonly bytes: number } {
    let bytes = 0;
    for (const storage of this.held) bytes += storage.bytes;
    return { buffers: this.held.size, bytes };
  }

  /** A zeroed buffer of `bytes`, a multiple of 4. */
  create(label: string, bytes: number, usage: keyof typeof usages = 'storage'): Storage {
    const created = new Storage(this.device.createBuffer({ label, size: bytes, usage: usages[usage] }), bytes);
    this.held.add(created);
    return created;
  }

  destroy(storage: Storage): void {
    if (!this.held.delete(storage)) return;
    storage.forget();
    storage.buffer.destroy();
  }

  /** The buffer of this name, replaced by a larger one when it is too small. Its contents are nobody's. */
  workspace(name: string, bytes: number, usage: keyof typeof usages = 'storage'): Storage {
    const present = this.scratch.get(name);
    if (present && present.bytes >= bytes) return present;
    if (present) this.replaced.push(present);
    const created = this.create(name, Math.ceil(bytes / 256) * 256, usage);
    this.scratch.set(name, created);
    return created;
  }

  /** Frees what was replaced, once all recorded work is sent. */
  destroyReplaced(): void {
    for (const storage of this.replaced.splice(0)) this.destroy(storage);
  }

  dispose(): void {
    for (const storage of [...this.held]) this.destroy(storage);
    this.scratch.clear();
  }
}
