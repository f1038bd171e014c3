/** One tensor of a safetensors file (https://github.com/huggingface/safetensors): little-endian, row by row. */
export interface SafeTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly metadata: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** A part of the header that has to be an object; `field` is its place there. */
function asFields(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${field} is ${shown(value)}, not an object`);
}

/** A value that came instead of another, as short JSON. */
function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isInteger(size) && size >= 0);

/** Reads the float32 tensor `name`. Throws a reason that people understand if the file is not whole. */
export function readSafetensors(file: ArrayBuffer, name: string): SafeTensor {
  if (file.byteLength < 8) throw new Error(`${file.byteLength} bytes are too few for a safetensors file`);
  const headerLength = Number(new DataView(file).getBigUint64(0, true));
  const start = 8 + headerLength;
  if (start > file.byteLength) throw new Error('its header is longer than the file');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, headerLength)));
  } catch {
    throw new Error('its header is not JSON');
  }
  const header = asFields(parsed, 'its header');
  if (!Object.hasOwn(header, name)) throw new Error(`it has no tensor '${name}'`);
  const { dtype, shape, data_offsets: offsets } = asFields(header[name], `'${name}'`);
  if (dtype !== 'F32') throw new Error(`the dtype of '${name}' is ${shown(dtype)}, not "F32"`);
  if (!isSizes(shape)) throw new Error(`the shape of '${name}' is ${shown(shape)}, not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new Error(`the data_offsets of '${name}' are ${shown(offsets)}, not [from, to]`);
  }
  const [from, to] = offsets as [number, number];
  const count = shape.reduce((product, size) => product * size, 1);
  if (to - from !== 4 * count) throw new Error(`'${name}' has ${to - from} bytes, not ${4 * count}`);
  if (start + to > file.byteLength) throw new Error('it is cut off');
  const values = new Float32Array(file.slice(start + from, start + to));
  if (!values.every(Number.isFinite)) throw new Error(`'${name}' has values that are not finite`);
  const metadata = asFields(header['__metadata__'] ?? {}, "'__metadata__'") as Readonly<Record<string, string>>;
  return { shape, values, metadata };
}

/** A safetensors file with one float32 tensor. */
export function writeSafetensors(name: string, tensor: SafeTensor): ArrayBuffer {
  const header = JSON.stringify({
    __metadata__: tensor.metadata,
    [name]: { dtype: 'F32', shape: tensor.shape, data_offsets: [0, tensor.values.byteLength] },
  });
  const encoded = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const file = new ArrayBuffer(8 + encoded.length + tensor.values.byteLength);
  new DataView(file).setBigUint64(0, BigInt(encoded.length), true);
  new Uint8Array(file, 8).set(encoded);
  new Float32Array(file, 8 + encoded.length).set(tensor.values);
  return file;
}
