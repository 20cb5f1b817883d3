/**
 * `npm run bench`: what the service bears beside its floors and its targets, theme by theme, in one run on the same cores.
 *
 * --full          a million customers (10,000 beside them), many businesses, files of a million rows, and the peers
 * --only a,b      these themes alone (business, plans, many, start, workers, bulk, flat, peers); writes no results
 * --seconds 3 --repetitions 3   how long each figure is measured, and how often
 * --rows 10000,200000   customers of the one business    --businesses 2000x500   how many businesses, and of what size
 * --bulk 20000   rows imported and exported    --flat 30   seconds of the mixed load    --peers 100000   customers of each
 * --smoke         everything in small, without the peers; writes nothing
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageDir } from '../src/config.ts';
import { Book, type Options, type Theme } from './book.ts';
import { bulk } from './bulk.ts';
import { business } from './business.ts';
import { chart } from './chart.ts';
import { peers } from './compare.ts';
import { plans } from './kept-plans.ts';
import { flat, start, workers } from './life.ts';
import { many } from './many.ts';
import { environment, page, type Run, table } from './report.ts';
import { duration } from './stage.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    repetitions: { type: 'string', default: '3' },
    rows: { type: 'string' },
    businesses: { type: 'string' },
    bulk: { type: 'string' },
    flat: { type: 'string' },
    peers: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const options = values.smoke ? smokeOptions() : givenOptions();
const themes = chosenThemes();
const book = new Book(options);

const estimate = themes.reduce((sum, theme) => sum + theme.estimate(options), 0);
console.log(`About ${duration(estimate)}:`);
for (const theme of themes)
  console.log(
    `  ${theme.name.padEnd(10)} ${theme.what(options)}, about ${duration(theme.estimate(options))}`,
  );

if (!values.smoke) execFileSync('npm', ['run', 'build'], { cwd: packageDir, stdio: 'ignore' });
for (const theme of themes) {
  console.log(`\n${theme.name}: ${theme.what(options)}`);
  const began = performance.now();
  // What one theme can't measure loses nothing of the others.
  await theme.run(book).catch((error) => {
    console.error(error);
    book.note(0, theme.name, null, `failed: ${String(error.message ?? error).split('\n')[0]}`);
    process.exitCode = 1;
  });
  book.took[theme.name] = Math.round((performance.now() - began) / 1000);
}
report();

function givenOptions(): Options {
  const { full } = values;
  const [businesses, each] = (values.businesses ?? (full ? '2000x500' : '100x500')).split('x').map(Number);
  return {
    isSmoke: false,
    seconds: Number(values.seconds),
    repetitions: Number(values.repetitions),
    sizes: (values.rows ?? (full ? '10000,1000000' : '10000,200000')).split(',').map(Number),
    many: { businesses: businesses!, each: each! },
    bulk: Number(values.bulk ?? (full ? 1_000_000 : 20_000)),
    flat: Number(values.flat ?? (full ? 120 : 30)),
    peers: { rows: Number(values.peers ?? 100_000), isOwnOnly: false },
  };
}

function smokeOptions(): Options {
  return {
    isSmoke: true,
    seconds: 0.2,
    repetitions: 1,
    sizes: [500],
    many: { businesses: 20, each: 50 },
    bulk: 500,
    flat: 1,
    peers: { rows: 500, isOwnOnly: true },
  };
}

/** Those of --only; else all, the two long ones only when they are asked for. */
function chosenThemes(): Theme[] {
  const all = [business, plans, many, start, workers, bulk, flat, peers];
  const { only, full, smoke } = values;
  if (only === undefined)
    return all.filter(
      ({ name }) =>
        name !== 'plans' && ((name !== 'many' && name !== 'peers') || full || smoke || isSized(name)),
    );
  const names = only.split(',');
  const unknown = names.filter((name) => !all.some((theme) => theme.name === name));
  if (unknown.length > 0)
    throw new Error(`no theme ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => names.includes(name));
}

function isSized(name: string): boolean {
  return (
    (name === 'many' && values.businesses !== undefined) || (name === 'peers' && values.peers !== undefined)
  );
}

function report(): void {
  const { figures, memory, verdicts, took, compared, postgres, isPinned } = book;
  const run: Run = {
    ...environment(),
    postgres,
    pinned: isPinned,
    figures,
    memory,
    took,
    verdicts,
    compared,
  };
  const { command, commit, node, cpu } = run;
  const of = postgres && ` · PostgreSQL ${postgres}`;
  console.log(`\n${command} · ${commit} · Node ${node}${of} · ${cpu}\n\n${table(run)}\n`);
  for (const { work, target, figure, met } of verdicts)
    console.log(
      `${met === null ? 'absent' : met ? 'met   ' : 'MISSED'} ${work}: ${figure} (target ${target})`,
    );
  if (values.smoke || values.only !== undefined) return;
  mkdirSync(join(packageDir, 'bench/results'), { recursive: true });
  const name = `${run.date.replace(/\D/g, '')}.json`;
  writeFileSync(join(packageDir, 'bench/results', name), `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(join(packageDir, 'bench/RESULTS.md'), page(run));
  if (compared.systems.length > 0) writeFileSync(join(packageDir, 'docs/bench.svg'), chart(run));
}
