/**
 * `npm run trust`: real processes under load, and what goes wrong with them: killed, cut off, filled up, stopped and
 * attacked. Everything that was acknowledged is compared with what is there. Writes docs/trust.md and trust/results/.
 *
 * Takes about an hour on two cores, and wants them for itself. What is written names a commit: it begins from a tree in which
 * everything is committed.
 *
 * --small         the same in small, for a look after a change; writes nothing
 * --only a,b      these themes alone; writes trust/results, and the page with what came of them beside the whole campaign
 * --page FILE     the page once more from a file of trust/results, when causes were entered there
 * --seed 1        the same choices again: who is killed, when, what is written
 * --smoke         everything as small as it goes, from source; writes nothing
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageDir } from '../src/config.ts';
import { clock } from './clock.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { input } from './input.ts';
import { instances } from './instances.ts';
import { isolation } from './isolation.ts';
import { kill } from './kill.ts';
import { network } from './network.ts';
import { overload } from './overload.ts';
import { pause } from './pause.ts';
import { postgres } from './postgres.ts';
import { changedFiles, duration, environment, page, type Run, summary } from './report.ts';
import { type Options, Section, type Theme } from './theme.ts';

const FAULTS: Theme[] = [kill, postgres, network, disk, pause, clock, instances];
const ATTACKS: Theme[] = [isolation, input, files, overload];
const THEMES: Theme[] = [...FAULTS, ...ATTACKS];

const RESULTS = join(packageDir, 'trust/results');
/** Files of a whole campaign, and of themes that were run alone. */
const WHOLE = /^\d+\.json$/;
const AGAIN = /^\d+-[a-z-]+\.json$/;
const SEED = /^\d{1,9}$/;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    page: { type: 'string' },
    seed: { type: 'string', default: '1' },
    small: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
});
if (values.page !== undefined) {
  writePage(JSON.parse(readFileSync(values.page, 'utf8')));
  process.exit();
}
const options: Options = {
  scale: values.smoke ? 'smoke' : values.small ? 'small' : 'full',
  seed: seedOf(values.seed),
};
const themes = chosenThemes();
if (options.scale === 'full') refuseChanges();
// Of the beginning: an hour later the tree may be another.
const place = environment();

const estimate = themes.reduce((sum, theme) => sum + theme.estimate(options), 0);
console.log(`Seed ${options.seed}, about ${duration(estimate)}:`);
for (const theme of themes)
  console.log(
    `  ${theme.name.padEnd(10)} ${theme.what(options)}, about ${duration(theme.estimate(options))}`,
  );

if (!values.smoke) execFileSync('npm', ['run', 'build'], { cwd: packageDir, stdio: 'ignore' });
const began = performance.now();
const sections: Section[] = [];
for (const theme of themes) {
  console.log(`\n${theme.name}: ${theme.what(options)}`);
  const section = new Section(theme, options);
  sections.push(section);
  const start = performance.now();
  // What one theme can't do loses nothing of the others.
  await theme.run(section).catch((error) => {
    console.error(error);
    section.failed('the theme itself', String(error?.message ?? error).split('\n')[0]!);
    section.claim(theme.title, 'runs to its end', 'ended early', false, 'see the failed runs');
  });
  section.kept.seconds = Math.round((performance.now() - start) / 1000);
}
report();

/** Ends before anything is begun. */
function refuse(why: string): never {
  console.error(why);
  process.exit(1);
}

function seedOf(text: string): number {
  return SEED.test(text)
    ? Number(text)
    : refuse(`--seed wants a whole number of up to nine digits, not “${text}”.`);
}

/** A page of a tree that nobody else has could not be run again. */
function refuseChanges(): void {
  const changed = changedFiles();
  if (changed.length > 0)
    refuse(
      `What is written names a commit, and these files are not as committed: ${changed.join(', ')}. Commit them or put them ` +
        'away first; --small and --smoke write nothing and run from any tree.',
    );
}

/** Those of --only; else all. */
function chosenThemes(): Theme[] {
  if (values.only === undefined) return THEMES;
  const names = values.only.split(',');
  const unknown = names.filter((name) => !THEMES.some((theme) => theme.name === name));
  if (unknown.length > 0)
    refuse(
      `There is no theme ${unknown.join(', ')}; there are ${THEMES.map(({ name }) => name).join(', ')}.`,
    );
  return THEMES.filter(({ name }) => names.includes(name));
}

function report(): void {
  const run: Run = {
    ...place,
    ...options,
    seconds: Math.round((performance.now() - began) / 1000),
    themes: sections.map(({ kept }) => kept),
  };
  console.log(summary(run));
  if (
    run.themes.some(({ claims, failures }) => failures.length > 0 || claims.some(({ met }) => met === false))
  )
    process.exitCode = 1;
  if (options.scale !== 'full') return;
  mkdirSync(RESULTS, { recursive: true });
  const minute = run.date.replace(/\D/g, '');
  const name =
    values.only === undefined ? minute : [minute, ...run.themes.map((theme) => theme.name)].join('-');
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(run, null, 2)}\n`);
  const whole = values.only === undefined ? run : results((file) => WHOLE.test(file)).at(-1);
  if (whole) writePage(whole);
}

/** The files of trust/results with such names, oldest first. */
function results(isOne: (file: string) => boolean): Run[] {
  return readdirSync(RESULTS)
    .filter(isOne)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')));
}

/** With what came of themes that were run again since. */
function writePage(run: Run): void {
  const again = results((file) => AGAIN.test(file)).filter(({ date }) => date >= run.date);
  writeFileSync(join(packageDir, 'docs/trust.md'), page(run, again));
}
