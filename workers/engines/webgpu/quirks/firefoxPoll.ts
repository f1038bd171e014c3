/**
 * Quirk: Firefox looks for finished GPU work on a timer of 100 ms (POLL_TIME_MS of dom/webgpu/ipc/WebGPUParent.cpp), so
 * `mapAsync` answers up to 100 ms late, unless something is submitted: each submission looks, too. Mozilla's bug
 * 1870699, https://bugzilla.mozilla.org/show_bug.cgi?id=1870699. Measured on Firefox 153 with Mesa's lavapipe on a busy
 * machine: copying 256 bytes and mapping them takes 98 ms (median of 15) by itself, 5 ms (at best 1 ms) where empty
 * command buffers are submitted meanwhile, as jax-js does (src/backend/webgpu/firefoxPoll.ts). No feature tells of the
 * timer, so the browser is asked its name. Delete this file when that bug is fixed in every Firefox that has WebGPU.
 */

const mapRead = 0x1; // GPUMapMode.READ; the name does not exist in every environment

/** ms between two submissions: oftener, and they fill the channel to Firefox's GPU process. */
const interval = 1;
/** ms after which waiting is no longer busy: a timer of 5 ms then costs little of the whole. */
const mostBusy = 20;
const pause = 5;
/** ms after which Firefox' own timer has to do: the device may be lost and never answer. */
const mostNudging = 10_000;

/** Maps the first `bytes` of a buffer for reading. */
export async function mapToRead(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number,
  agent = (globalThis.navigator as Navigator | undefined)?.userAgent ?? '',
): Promise<void> {
  const mapped = buffer.mapAsync(mapRead, 0, bytes);
  if (!/\bFirefox\//.test(agent)) return mapped;
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  mapped.then(settle, settle);
  const started = performance.now();
  let nudged = -Infinity;
  await nextTask();
  while (!settled) {
    const now = performance.now();
    if (now - started > mostNudging) break;
    if (now - nudged >= interval) {
      nudged = now;
      device.queue.submit([device.createCommandEncoder().finish()]);
    }
    await (now - started < mostBusy ? nextTask() : new Promise((resolve) => setTimeout(resolve, pause)));
  }
  return mapped;
}

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** After other tasks that are due; timers are held back by some ms. */
function nextTask(): Promise<void> {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  const { port2 } = channel;
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });
}
