/** Other browsers are held to the numbers that Chromium gets from the same link. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { judges, missingParts } from '../../scripts/browsers.mjs';
import type { Driver } from './driver.js';
import { openChromium, openFirefox } from './puppeteer.js';
import { hasten, text, train, type Trained } from './train.js';
import { openWebkit } from './webkit.js';

const open = { Firefox: openFirefox, WebKitGTK: openWebkit };

/** A few steps of each lab, two seeds. */
const runs = {
  grpo: 'lab=grpo&preset=healthy&replicas=2&steps=4',
  biencoder: 'lab=biencoder&preset=healthy&replicas=2&steps=40',
  'reward-model': 'lab=reward-model&preset=healthy&replicas=2&steps=16',
  pointer: 'lab=pointer&preset=v2&replicas=2&steps=8',
};

/** Small steps of GRPO, for a device that is emulated: as the preset is, and through every branch of the kernels. */
const smallRuns = {
  'running-sum': 'lab=grpo&preset=healthy&replicas=2&steps=3&promptsPerStep=3&rolloutN=3&validationEvery=0',
  'tool-choice with every knob of the loss':
    'lab=grpo&preset=tool-choice-healthy&replicas=2&steps=2&promptsPerStep=3&rolloutN=3&validationEvery=0' +
    '&temperature=0.9&topP=0.95&topK=8&klCoefficient=0.05&klEstimator=k2&entropyCoefficient=0.01&dropout=0.1' +
    '&labelSmoothing=0.05&innerEpochs=2&dualClip=3&aggregation=seq-mean-token-sum&weightDecay=0.01',
};

/**
 * Metrics that end in JavaScript's own `exp` and `log`, whose last digits are each browser's own: Firefox's `uniformity`
 * was seen one unit in the last place away. The rest have the same bits.
 */
const ownLogarithms = new Set([
  'uniformity',
  'validationLoss',
  'validationLoss.standardError',
  'validationLoss.pairedError',
  'trainLossEvaluated',
  'overconfidence',
]);
/** How far those may lie apart, relative: differences of near-equal losses (`pairedError`) widen the last digits. */
const lastDigits = 1e-13;

/** How far a value of the WebGPU kernels may lie from one of the CPU's; 3e-5 was seen (a norm of gradients). */
const acrossEngines = 2e-4;

let chromium: Driver;
const expected = new Map<string, Trained>();

/** Chromium's run of a query, trained once. */
async function chromiums(query: string): Promise<Trained> {
  const trained = expected.get(query) ?? (await train(chromium, query));
  expected.set(query, trained);
  return trained;
}

beforeAll(async () => {
  chromium = await openChromium();
  await hasten(chromium);
});

afterAll(() => chromium?.close());

/** The values that lie farther apart than they may, one line each: 'step replica metric: actual, not expected'. */
function differences(actual: Trained, reference: Trained, allowed: (metric: string, value: number) => number): string[] {
  expect(reference.values.size).toBeGreaterThan(50);
  expect([...actual.values.keys()].sort()).toEqual([...reference.values.keys()].sort());
  return [...reference.values].flatMap(([key, wanted]) => {
    const digits = actual.values.get(key)!;
    const apart = digits === wanted ? 0 : Math.abs(Number(digits) - Number(wanted));
    const metric = key.split(' ')[2]!;
    return apart <= allowed(metric, Math.abs(Number(wanted))) ? [] : [`${key}: ${digits}, not ${wanted}`];
  });
}

const sameBits = (metric: string, value: number): number => (ownLogarithms.has(metric) ? lastDigits * value : 0);

describe.each(judges.map((judge) => [judge.name, judge] as const))('%s', (name, judge) => {
  const missing = missingParts(judge).length > 0;
  let driver: Driver;

  beforeAll(async () => {
    if (missing) return;
    driver = await open[name]();
    await hasten(driver);
  });

  afterAll(() => driver?.close());

  afterEach(async () => {
    expect(await driver.takeWrongs(), `errors and warnings in ${driver.version}`).toEqual([]);
  });

  test.skipIf(missing).each(Object.entries(runs))('trains the lab %s on the CPU to the same bits', async (_lab, run) => {
    const query = `${run}&engine=cpu`;
    const trained = await train(driver, query);
    expect(trained.status).toContain(text('status.finished'));
    expect(trained.status).toContain(text('option.engine.cpu'));
    expect(trained.status, 'a note beside the run').not.toContain('ⓘ');
    expect(differences(trained, await chromiums(query), sameBits)).toEqual([]);
  });

  test.skipIf(missing)('takes a CPU engine by itself, without ado, and gets that engine’s numbers', async () => {
    const trained = await train(driver, runs.grpo);
    expect(trained.status).toContain(text('status.finished'));
    const engine = ['cpu-fma', 'cpu'].find((id) => trained.status.includes(text(`option.engine.${id}`)));
    expect(engine, trained.status).toBeDefined();
    expect(trained.seconds).toBeLessThan(5);
    expect(differences(trained, await chromiums(`${runs.grpo}&engine=${engine}`), sameBits)).toEqual([]);
  });

  if (name !== 'Firefox') return;

  test.skipIf(missing).each(Object.entries(smallRuns))('trains on WebGPU by naga as Chromium does on the CPU: %s', async (_name, run) => {
    const trained = await train(driver, `${run}&engine=webgpu`);
    expect(trained.status).toContain(text('status.finished'));
    expect(trained.status).toContain(text('option.engine.webgpu'));
    expect(trained.status, 'a note beside the run, as of an invalid shader').not.toContain('ⓘ');
    expect(differences(trained, await chromiums(`${run}&engine=cpu`), () => acrossEngines)).toEqual([]);
  });
});
