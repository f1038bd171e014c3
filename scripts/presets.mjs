/**
 * `npm run presets [-- name …] [--seeds n] [--engine id]`: trains presets over 5 seeds and holds them to the outcomes they
 * promise. `npm run presets -- --claims [name …]`: the same for what else the labs' texts rest on.
 * `npm run presets -- --fixes [lab …]`: applies what findings suggest, in every preset and in random bad configs, over 5
 * seeds, and complains of what the page offers though it does not cure; `--write` keeps what was measured, which decides
 * what is offered. It takes some 15 minutes.
 * A name is a lab, a preset or claim of any lab, or `lab/id`; the engine is cpu where none is given.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { importProgram, root } from './bundle.mjs';
import { environment, installWebgpuFor } from './environment.mjs';
import './quietPipe.mjs';

const {
  badConfigs, checkClaim, checkPreset, claims, configure, fixCases, isCured, labs, lostComparisons, measuredFixes, problemLine, tryFixes,
  wrongOrder,
} = await importProgram('presets');

const { values: options, positionals: names } = readArguments();
const { claims: checksClaims, fixes: checksFixes, write, engine } = options;
const seeds = options.seeds === undefined ? undefined : Number(options.seeds);

function readArguments() {
  const flag = { type: 'boolean', default: false };
  const kinds = { claims: flag, fixes: flag, write: flag, seeds: { type: 'string' }, engine: { type: 'string', default: 'cpu' } };
  try {
    return parseArgs({ options: kinds, allowPositionals: true });
  } catch (error) {
    console.error(error.message);
    return process.exit(2);
  }
}

const checked = (lab) => (checksClaims ? (claims[lab.id] ?? []) : lab.presets);
const namesOf = (lab, { id }) => (checksFixes ? [lab.id] : [lab.id, id, `${lab.id}/${id}`]);
const known = [...new Set(labs.flatMap((lab) => checked(lab).flatMap((one) => namesOf(lab, one))))];
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`${checksFixes ? 'lab' : checksClaims ? 'claim' : 'preset'}: '${unknown}' is unknown (expected ${known.join(', ')})`);
  process.exit(2);
}
if (seeds !== undefined && !(Number.isInteger(seeds) && seeds >= 1 && seeds <= 16)) {
  console.error('seeds: expected 1 to 16');
  process.exit(2);
}
const [wrongEngine] = configure(labs[0], { values: { engine } }).problems;
if (wrongEngine) {
  console.error(problemLine(wrongEngine));
  process.exit(2);
}
await installWebgpuFor(engine);

const chosen = (lab) => checked(lab).filter((one) => names.length === 0 || namesOf(lab, one).some((name) => names.includes(name)));

const told = (findings) => findings.map(({ id, step }) => `${id}@${step}`).join(' ') || 'none';
const shown = (values) => values.map((value) => value.toFixed(3)).join(' ');
let passed = 0;
let failed = 0;
const judge = (holds, line) => {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? '  ok  ' : '  FAIL'} ${line}`);
};

function describeMoment(moment) {
  if (Array.isArray(moment)) return moment[0] === moment[1] ? `step ${moment[0]}` : `steps ${moment.join('–')}`;
  return typeof moment === 'string' ? moment : `first step at ${moment.reaches}`;
}

function judgeOutcome({ expectation, values, measured, expected, tolerance, holds }) {
  const { within, low, high, of } = expectation;
  const what = `${expectation.metric} ${describeMoment(expectation.at)}`;
  const bound = within ? `, ${within.seeds} of 5 in [${within.low}, ${within.high}]` : '';
  const promise = 'sameAs' in expectation
    ? `as with ${JSON.stringify(expectation.sameAs)}: ${expected.toFixed(3)} ± ${tolerance.toFixed(2)}`
    : `promised ${Number(expected.toFixed(3))} ± ${tolerance.toFixed(of ? 1 : 2)}${bound}`;
  const result = of ? `${measured} of ${values.length} ${low === undefined ? `at most ${high}` : `at least ${low}`}` : measured.toFixed(3);
  judge(holds, `${what}: ${result} (${promise}): ${shown(values)}`);
}

async function presetsOf(lab) {
  const checks = [];
  for (const preset of chosen(lab)) {
    const replicas = seeds ?? 5;
    const { config } = configure(lab, { preset: preset.id, values: { replicas, engine } });
    const check = await checkPreset(lab, preset, config, environment);
    checks.push(check);
    console.log(`${lab.id}/${preset.id}  (${replicas} seeds on ${check.engine}, ${check.seconds.toFixed(0)} s; findings: ${told(check.findings)})`);
    check.outcomes.forEach(judgeOutcome);
    if (preset.findings) judge(check.wrongFindings.length === 0, `findings as promised${check.wrongFindings.map((id) => `; not so: ${id}`).join('')}`);
  }
  const inversions = [...wrongOrder(checks), ...lostComparisons(checks)];
  if (checks.length > 1) judge(inversions.length === 0, ['order of presets as promised', ...inversions].join('; '));
}

async function claimsOf(lab) {
  for (const claim of chosen(lab)) {
    const replicas = seeds ?? claim.seeds ?? 5;
    const { config, problems } = configure(lab, { values: { ...claim.values, replicas, engine } });
    if (problems.length > 0) throw new Error(`${claim.id}: ${problems.map(({ key, reason }) => `${key} ${reason}`).join(', ')}`);
    const check = await checkClaim(lab, claim, config, environment);
    console.log(`${claim.id}  (${replicas} seeds on ${check.engine}, ${check.seconds.toFixed(0)} s)`);
    check.outcomes.forEach(judgeOutcome);
    if (claim.without) judge(check.wrongFindings.length === 0, `without ${claim.without.join(', ')}${check.wrongFindings.map((id) => `; not so: ${id}`).join('')}`);
  }
}

/** Every preset, what people met, and random configs until enough of them went wrong. */
async function fixesOf(lab) {
  if (names.length > 0 && !names.includes(lab.id)) return;
  const tried = [];
  let bad = 0;
  for (const one of fixCases(lab)) {
    if (bad === badConfigs(lab)) break;
    const { record, fixes, values } = await tryFixes(lab, one, engine, environment);
    if (one.random && record.findings.length > 0) bad++;
    console.log(`${lab.id}/${one.name}  ${JSON.stringify(values)}  findings: ${told(record.findings)}`);
    for (const fix of fixes) {
      const result = `${fix.finding}, ${fix.way}: ${JSON.stringify(fix.change)} better in ${fix.cured} of 5: ${shown(fix.before)} → ${shown(fix.after)}`;
      if (fix.offered && !write) judge(isCured(fix), result);
      else console.log(`  ${isCured(fix) ? 'cures ' : 'no cure'} ${result}`);
    }
    tried.push(...fixes);
  }
  if (!write) return;
  const measured = Object.entries(measuredFixes(tried)).map(([key, list]) => `  "${key}": [\n${list.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`);
  writeFileSync(path.join(root, 'src', 'core', 'labs', lab.id, 'measuredFixes.json'), `{\n${measured.join(',\n')}\n}\n`);
}

const check = checksFixes ? fixesOf : checksClaims ? claimsOf : presetsOf;
for (const lab of labs) await check(lab);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
