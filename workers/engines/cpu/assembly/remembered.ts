/** What is kept of rows for later tries: their keys and values in every layer, `[rows, layers, 2 · widthStride]`. */
import { floats } from './memory';
import { layerBytes, layers, logits, queryKeyValue, rowSlots, vocabulary, vocabularyStride, widthStride } from './shape';

@inline function keysOf(layer: i32, row: i32): usize {
  return <usize>layer * layerBytes + queryKeyValue + floats((3 * row + 1) * widthStride);
}

@inline function placeOf(store: usize, slot: i32, layer: i32): usize {
  return store + floats((slot * layers + layer) * 2 * widthStride);
}

/** Stores the keys and values of rows in the slots that `rowSlots` has for them. */
export function storeKeyValues(store: usize, first: i32, rows: i32): void {
  for (let row = first; row < first + rows; row++) {
    const slot = i32.load(rowSlots + floats(row));
    for (let layer = 0; layer < layers; layer++) {
      memory.copy(placeOf(store, slot, layer), keysOf(layer, row), floats(2 * widthStride));
    }
  }
}

/** Puts keys and values from the slots of rows where later rows see them. */
export function loadKeyValues(store: usize, first: i32, rows: i32): void {
  for (let row = first; row < first + rows; row++) {
    const slot = i32.load(rowSlots + floats(row));
    for (let layer = 0; layer < layers; layer++) {
      memory.copy(keysOf(layer, row), placeOf(store, slot, layer), floats(2 * widthStride));
    }
  }
}

/** Stores so many rows of log-probabilities, `[rows, vocabulary]`, in the slots of the trie's rows from `first` on. */
export function storeLogProbs(store: usize, first: i32, count: i32): void {
  for (let i = 0; i < count; i++) {
    const slot = i32.load(rowSlots + floats(first + i));
    memory.copy(store + floats(slot * vocabulary), logits + floats(i * vocabularyStride), floats(vocabulary));
  }
}
