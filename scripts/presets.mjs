/**
 * `npm run presets [-- id …] [--seeds n]`: trains presets over 5 seeds and holds them to the outcomes they promise.
 */
import { importProgram } from './bundle.mjs';
import { environment } from './environment.mjs';

const { checkPreset, configure, labs, wrongOrder } = await importProgram('presets');

const args = process.argv.slice(2);
const at = args.indexOf('--seeds');
const seeds = at < 0 ? 5 : Number(args.splice(at, 2)[1]);
const known = labs.flatMap((lab) => lab.presets.map((preset) => preset.id));
const unknown = args.find((id) => !known.includes(id));
if (unknown !== undefined || !Number.isInteger(seeds) || seeds < 1 || seeds > 16) {
  console.error(unknown === undefined ? 'seeds: expected 1 to 16' : `preset: '${unknown}' is unknown (expected ${known.join(', ')})`);
  process.exit(2);
}

const shown = (values) => values.map((value) => value.toFixed(3)).join(' ');
let passed = 0;
let failed = 0;
const judge = (holds, line) => {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? '  ok  ' : '  FAIL'} ${line}`);
};

for (const lab of labs) {
  const checks = [];
  for (const preset of lab.presets) {
    if (args.length > 0 && !args.includes(preset.id)) continue;
    const { config } = configure(lab, { preset: preset.id, values: { replicas: seeds, engine: 'cpu' } });
    const check = await checkPreset(lab, preset, config, environment);
    checks.push(check);
    const findings = check.findings.map(({ id, step }) => `${id}@${step}`).join(' ') || 'none';
    console.log(`${preset.id}  (${seeds} seeds, ${check.seconds.toFixed(0)} s; findings: ${findings})`);
    for (const { expectation, values, mean, tolerance, holds } of check.outcomes) {
      const when = Array.isArray(expectation.at) ? `steps ${expectation.at.join('–')}` : expectation.at;
      const promise = `${expectation.mean} ± ${tolerance.toFixed(2)}`;
      const { within } = expectation;
      const bound = within ? `, ${within.seeds} of 5 in [${within.low}, ${within.high}]` : '';
      judge(holds, `${expectation.metric} ${when}: ${mean.toFixed(3)} (promised ${promise}${bound}): ${shown(values)}`);
    }
    if (preset.findings) judge(check.wrongFindings.length === 0, `findings as promised${check.wrongFindings.map((id) => `; not so: ${id}`).join('')}`);
  }
  const inversions = wrongOrder(checks);
  if (checks.length > 1) judge(inversions.length === 0, ['order of presets as promised', ...inversions].join('; '));
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
