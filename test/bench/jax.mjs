/**
 * The bench's supervised step in jax-js on its WebAssembly backend: the same model, loss, clipping and AdamW, from the
 * same weights, the whole step under one `jit`. In jax-js a function uses its arguments up; `.ref` keeps one.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';

/** @type {import('../../workers/bench/contestant.js').Contestant} */
export const jax = {
  id: 'jax-js',
  trains: ['supervised'],
  prepare: async (problem) => {
    if (!(await init('wasm')).includes('wasm')) throw new Error('its wasm backend could not start');
    defaultDevice('wasm');
    const { step, dispose } = jaxSteps(problem);
    return {
      run: async (count) => {
        const started = performance.now();
        const loss = await step();
        for (let i = 1; i < count; i++) await step();
        return { ms: performance.now() - started, lengths: [], loss };
      },
      dispose,
    };
  },
};

/**
 * @param {import('../../workers/bench/problem.js').SupervisedProblem} problem
 * @returns {{ step: () => Promise<number>, dispose: () => void }} one update; resolves with the loss before it
 */
function jaxSteps({ shape, weights, tokens, labels, sequences, length, optimizer, entries }) {
  const { heads, layers, vocabulary, width } = shape;
  const { learningRate, beta1, beta2, epsilon, maxGradNorm } = optimizer;
  const headWidth = width / heads;

  /** x / √(mean(x²) + ε) · gain */
  const norm = (x, gain) => {
    const square = np.mean(np.square(x.ref), -1, { keepdims: true });
    return x.mul(np.reciprocal(np.sqrt(square.add(1e-5)))).mul(gain);
  };
  const toHeads = (x) => x.reshape([sequences, length, heads, headWidth]).transpose([0, 2, 1, 3]);

  const lossOf = (parameters, inputs, targets, bias) => {
    const embedded = np.matmul(nn.oneHot(inputs, vocabulary), parameters.tokenEmbedding);
    let x = embedded.reshape([sequences, length, width]).add(parameters.positionEmbedding);
    for (let layer = 0; layer < layers; layer++) {
      const of = (name) => parameters[`blocks.${layer}.${name}`];
      const normed = norm(x.ref, of('attentionNorm')).reshape([sequences * length, width]);
      const [query, key, value] = np.split(np.matmul(normed, of('attentionQkv')), 3, -1).map(toHeads);
      const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul(headWidth ** -0.5).add(bias.ref);
      const mixed = np.matmul(nn.softmax(scores, -1), value).transpose([0, 2, 1, 3]);
      const attended = np.matmul(mixed.reshape([sequences * length, width]), of('attentionOut'));
      x = x.add(attended.reshape([sequences, length, width]));
      const hidden = nn.relu(np.matmul(norm(x.ref, of('mlpNorm')).reshape([sequences * length, width]), of('mlpUp')));
      x = x.add(np.matmul(hidden, of('mlpDown')).reshape([sequences, length, width]));
    }
    bias.dispose();
    const final = norm(x, parameters.finalNorm).reshape([sequences * length, width]);
    const logProbs = nn.logSoftmax(np.matmul(final, parameters.unembedding), -1);
    return np.sum(logProbs.mul(nn.oneHot(targets, vocabulary))).mul(-1 / (sequences * length));
  };

  const names = entries.map(({ name }) => name);
  const compiled = jit((state, corrections, inputs, targets, bias) => {
    const [loss, gradient] = valueAndGrad(lossOf)(refs(state.parameters), inputs, targets, bias);
    const squares = names.map((name) => np.sum(np.square(gradient[name].ref))).reduce((sum, square) => sum.add(square));
    const factor = np.minimum(np.reciprocal(np.sqrt(squares).add(1e-6)).mul(maxGradNorm), 1);
    const next = { parameters: {}, first: {}, second: {} };
    for (const name of names) {
      const clipped = gradient[name].mul(factor.ref);
      const first = state.first[name].mul(beta1).add(clipped.ref.mul(1 - beta1));
      const second = state.second[name].mul(beta2).add(np.square(clipped).mul(1 - beta2));
      const root = np.sqrt(second.ref.mul(corrections.second.ref)).add(epsilon);
      const change = first.ref.mul(corrections.first.ref).div(root).mul(learningRate);
      next.parameters[name] = state.parameters[name].sub(change);
      next.first[name] = first;
      next.second[name] = second;
    }
    corrections.first.dispose();
    corrections.second.dispose();
    factor.dispose();
    return { loss, next };
  });

  const each = (make) => Object.fromEntries(entries.map((entry) => [entry.name, make(entry)]));
  let state = {
    parameters: each(({ shape: own, offset, size }) => np.array(weights.slice(offset, offset + size)).reshape([...own])),
    first: each(({ shape: own }) => np.zeros([...own])),
    second: each(({ shape: own }) => np.zeros([...own])),
  };
  const inputs = np.array(Int32Array.from(tokens), { dtype: np.int32 });
  const targets = np.array(Int32Array.from(labels), { dtype: np.int32 });
  const bias = np.array(Float32Array.from({ length: length ** 2 }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)))
    .reshape([length, length]);
  let updates = 0;
  return {
    async step() {
      updates++;
      const corrections = {
        first: np.array(Float32Array.of(1 / (1 - beta1 ** updates))),
        second: np.array(Float32Array.of(1 / (1 - beta2 ** updates))),
      };
      const { loss, next } = compiled(state, corrections, inputs.ref, targets.ref, bias.ref);
      state = next;
      await blockUntilReady(next);
      return (await loss.data())[0];
    },
    dispose() {
      for (const part of Object.values(state)) for (const array of Object.values(part)) array.dispose();
      for (const array of [inputs, targets, bias]) array.dispose();
      compiled.dispose();
    },
  };
}

const refs = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));
