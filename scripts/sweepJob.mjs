/** A worker thread of `npm run sweep`: trains the populations that it is sent, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { importProgram } from './bundle.mjs';
import { environment, installWebgpuFor } from './environment.mjs';

const { planOf, readSweep, trainPopulation } = await importProgram('sweep');
const { sweep } = readSweep(workerData.spec);
const { plan } = planOf(sweep);
await installWebgpuFor(sweep.engine);

parentPort.on('message', async ({ population }) => {
  try {
    const progress = (step, steps) => parentPort.postMessage({ population, step, steps });
    const results = await trainPopulation(sweep.lab, plan.populations[population], environment, { progress });
    parentPort.postMessage({ population, results });
  } catch (error) {
    parentPort.postMessage({ population, error: error instanceof Error ? error.message : String(error) });
  }
});
parentPort.postMessage({ ready: true });
