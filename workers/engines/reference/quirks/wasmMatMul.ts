import * as tf from '@tensorflow/tfjs-core';

/**
 * Quirk: tfjs-backend-wasm 4.22 multiplies with XNNPACK only two plain matrices of batch 1; a transposed operand or a
 * batch falls back to a scalar loop. Measured at [800, 32] × [32, 128] on one core: 0.16 ms with XNNPACK, 1.9 ms with a
 * transposed operand, 7.6 ms for a batch of 4. This kernel transposes explicitly and multiplies large matrices of a
 * batch one by one. Whether it does depends on the matrices' size alone, so a replica's numbers do not depend on how
 * many are trained together. Delete this file when wasm's BatchMatMul is at least as fast by itself.
 */
const multiplyAdditionsWorthSplitting = 16_384;

interface MatMulInputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
}

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export function installWasmMatMul(): void {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  const transposeKernel = tf.getKernel('Transpose', 'wasm');
  const sliceKernel = tf.getKernel('Slice', 'wasm');
  const concatKernel = tf.getKernel('Concat', 'wasm');
  const run = (kernel: tf.KernelConfig, inputs: object, backend: object, attrs: object): tf.TensorInfo =>
    kernel.kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;

  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as unknown as MatMulInputs;
      const { transposeA, transposeB } = call.attrs as unknown as MatMulAttributes;
      const backend = call.backend as { disposeData(id: object): void };
      const rank = a.shape.length;
      const batch = a.shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
      const inner = a.shape[transposeA ? rank - 2 : rank - 1]!;
      const rows = a.shape[transposeA ? rank - 1 : rank - 2]!;
      const columns = b.shape[transposeB ? rank - 2 : rank - 1]!;
      const sameBatch = rank === b.shape.length && a.shape.slice(0, -2).every((extent, i) => extent === b.shape[i]);
      const small = rows * inner * columns < multiplyAdditionsWorthSplitting;
      if (!sameBatch || rank !== 3 || (small && (batch > 1 || transposeA || transposeB))) return original.kernelFunc(call);
      const temporary: tf.TensorInfo[] = [];
      const keep = (info: tf.TensorInfo): tf.TensorInfo => {
        temporary.push(info);
        return info;
      };
      const plain = (info: tf.TensorInfo, transposed: boolean): tf.TensorInfo =>
        transposed ? keep(run(transposeKernel, { x: info }, backend, { perm: [0, 2, 1] })) : info;
      if (small) {
        // Alone it would be rounded as XNNPACK does, in a batch as the loop does: two of it make a batch.
        const twice = (x: tf.TensorInfo): tf.TensorInfo => keep(run(concatKernel, [x, x], backend, { axis: 0 }));
        const product = keep(run(original, { a: twice(a), b: twice(b) }, backend, { transposeA, transposeB }));
        const one = run(sliceKernel, { x: product }, backend, { begin: [0, 0, 0], size: [1, rows, columns] });
        for (const info of temporary) backend.disposeData(info.dataId);
        return one;
      }
      const left = plain(a, transposeA);
      const right = plain(b, transposeB);
      const part = (info: tf.TensorInfo, i: number): tf.TensorInfo =>
        keep(run(sliceKernel, { x: info }, backend, { begin: [i, 0, 0], size: [1, info.shape[1], info.shape[2]] }));
      const multiply = (x: tf.TensorInfo, y: tf.TensorInfo): tf.TensorInfo =>
        run(original, { a: x, b: y }, backend, { transposeA: false, transposeB: false });
      const result =
        batch === 1
          ? multiply(left, right)
          : run(
              concatKernel,
              Array.from({ length: batch }, (_, i) => keep(multiply(part(left, i), part(right, i)))),
              backend,
              { axis: 0 },
            );
      for (const info of temporary) backend.disposeData(info.dataId);
      return result;
    },
  });
}
