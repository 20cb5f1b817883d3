/** What a campaign found, for the terminal and as docs/trust.md. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { packageDir } from '../src/config.ts';
import { type Claim, emptyTally, type Kept, type Options, type Scale, type Tally } from './theme.ts';

export interface Run extends Options {
  command: string;
  commit: string;
  /** Minutes of UTC. */
  date: string;
  node: string;
  cpu: string;
  seconds: number;
  themes: Kept[];
}

const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: dir, encoding: 'utf8' }).trim();

/** What a campaign writes itself says nothing of what was run. */
const WRITTEN = ['docs/trust.md', 'trust/results'];

/** Files of the tree that are not as they were committed: a page would name a commit that was not run. */
export const changedFiles = (dir = packageDir): string[] =>
  git(dir, 'diff', '--name-only', 'HEAD', '--', '.', ...WRITTEN.map((path) => `:(exclude)${path}`))
    .split('\n')
    .filter((file) => file !== '');

export const environment = () => ({
  command: `npm run trust -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, ''),
  commit: git(packageDir, 'describe', '--always') + (changedFiles().length > 0 ? '-dirty' : ''),
  date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
});

/** Seconds for a reader. */
export const duration = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

export const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 });

export const milliseconds = (value: number): string => `${number(Math.round(value))} ms`;

/** Milliseconds until normal service, as promised of every fault; from source on a busy machine more. */
export const NORMAL_MS: Record<Scale, number> = { smoke: 30_000, small: 5_000, full: 5_000 };

const verdict = ({ met }: Claim) => (met === null ? 'not run' : met ? 'held' : '**missed**');

/** All themes together. */
export function sumOf(themes: Kept[]): Tally {
  const sum = emptyTally();
  for (const { tally } of themes)
    for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key] ?? 0;
  return sum;
}

/** The totals as the rows that begin the table. */
function totals({ themes, scale }: Run): Claim[] {
  const sum = sumOf(themes);
  const of = `of ${number(sum.acknowledged)} acknowledged, ${number(sum.audits)} comparisons`;
  const row = (claim: string, count: number, beside: string, all = sum.requests): Claim => ({
    theme: 'all',
    claim,
    target: '0',
    figure: `${number(count)} ${beside}`,
    met: all === 0 ? null : count === 0,
    cause: '',
  });
  return [
    row('acknowledged writes lost', sum.lost, of),
    row('writes done twice', sum.doubled, of),
    row('records, events and counters that do not agree', sum.wrong, of),
    row(
      'reads that did not show what had been acknowledged',
      sum.stale,
      `of ${number(sum.reads)} reads`,
      sum.reads,
    ),
    row(
      'events that a follower of the feed missed, saw twice or out of order',
      sum.misfollowed,
      `of ${number(sum.followed)} events`,
      sum.followed,
    ),
    row('5xx other than 503', sum.otherFaults, `of ${number(sum.requests)} requests`),
    ...liveness(
      themes.flatMap(({ normalAfter }) => normalAfter),
      NORMAL_MS[scale],
    ),
  ];
}

/** The longest of all that was waited for normal service after a fault; in vain after none. */
function liveness(waits: (number | null)[], limit: number): Claim[] {
  if (waits.length === 0) return [];
  const ended = waits.filter((wait) => wait !== null);
  const longest = Math.max(0, ...ended);
  const inVain = waits.length - ended.length;
  const met = inVain === 0 && longest <= limit;
  return [
    {
      theme: 'all',
      claim: 'normal service after a fault, without a hand',
      target: `≤ ${milliseconds(limit)} after each`,
      figure:
        `longest ${milliseconds(longest)}, after ${number(waits.length)} faults` +
        (inVain > 0 ? `, of which ${number(inVain)} not to normal service` : ''),
      met,
      cause: met ? '' : 'said below, with the theme it was in',
    },
  ];
}

const allClaims = (run: Run) => [...totals(run), ...run.themes.flatMap(({ claims }) => claims)];

/** For the terminal. */
export function summary(run: Run): string {
  const lines = allClaims(run).map(
    (claim) =>
      `${verdict(claim).replaceAll('*', '').padEnd(8)} ${claim.claim}: ${claim.figure} (target ${claim.target})` +
      (claim.cause && ` because ${claim.cause}`),
  );
  return `\n${run.command} · ${run.commit} · seed ${run.seed} · ${duration(run.seconds)}\n\n${lines.join('\n')}`;
}

/** A cell: nothing in it may end it. */
const cell = (text: string) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();

/** The page of a whole campaign, with the themes that were run again since. */
export function page(run: Run, again: Run[] = []): string {
  const sum = sumOf(run.themes);
  const claims = allClaims(run);
  const missed = claims.filter(({ met }) => met === false).length;
  const unrun = claims.filter(({ met }) => met === null).length;
  const rows = claims.map(
    (claim) =>
      `| ${cell(claim.claim)} | ${cell(claim.target)} | ${cell(claim.figure)} | ${verdict(claim)} | ${cell(claim.cause)} |`,
  );
  const failures = run.themes.flatMap((theme) => theme.failures);
  return `# Trust

What the service promises when things go wrong, and what came of it when they did. Real processes, real PostgreSQL, real
files and sockets; made by \`${run.command}\`, which anybody can run again.

- **Seed** ${run.seed}, **commit** ${run.commit}, ${run.date} UTC, ${duration(run.seconds)} on ${run.cpu}, Node ${run.node}
- **Counted** ${number(sum.requests)} requests, ${number(sum.acknowledged)} acknowledged, ${number(sum.refused)} refused with 503, ${number(sum.unanswered)} without an answer
- **Done to it** ${number(sum.kills)} × \`kill -9\` of the service, ${number(sum.databaseEnds)} × the end of PostgreSQL or of its sessions, ${number(sum.stops)} × SIGTERM
- **Outcome** ${claims.length - missed - unrun} of ${claims.length} claims held, ${missed} missed, ${unrun} not run

| claim | target | figure | | cause |
|---|---|---|---|---|
${rows.join('\n')}

${failures.length === 0 ? 'No run failed.\n' : failedRuns(run)}${again.length === 0 ? '' : runAgain(again)}
${run.themes.map(sectionOf).join('')}`;
}

/** Of what went wrong, so many characters are on the page; the whole is in trust/results. */
const SHOWN = 400;
const short = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

const failedRuns = ({ themes }: Run) => `## Failed runs

| theme | run | what | since |
|---|---|---|---|
${themes
  .flatMap(({ failures }) => failures)
  .map(
    ({ theme, run, problem, since = '' }) =>
      `| ${theme} | ${cell(short(run))} | ${cell(short(problem))} | ${cell(since)} |`,
  )
  .join('\n')}
`;

const runAgain = (again: Run[]) => `
## Run again since

| theme | at | acknowledged | failed runs | claims | missed |
|---|---|---|---|---|---|
${again.flatMap((run) => run.themes.map((theme) => againRow(run, theme))).join('\n')}
`;

function againRow({ commit, date }: Run, { name, claims, failures, tally }: Kept): string {
  const sum =
    tally.lost +
    tally.doubled +
    tally.wrong +
    (tally.stale ?? 0) +
    (tally.misfollowed ?? 0) +
    tally.otherFaults;
  const missed = claims
    .filter(({ met }) => met === false)
    .map(({ claim, figure, cause }) => `${claim}: ${figure}${cause && ` (${cause})`}`)
    .concat(sum > 0 ? [`lost, doubled, otherwise than told, or 5xx: ${number(sum)}`] : [])
    .concat([...new Set(failures.flatMap(({ since }) => since ?? []))]);
  const held = claims.filter(({ met }) => met === true).length;
  const cells = [
    name,
    `${commit}, ${date} UTC`,
    number(tally.acknowledged),
    number(failures.length),
    `${held} of ${claims.length} held`,
    missed.join('; '),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function sectionOf({ name, title, seconds, done, checked, found }: Kept): string {
  const part = (heading: string, sentences: string[]) =>
    sentences.length === 0 ? '' : `\n**${heading}**\n\n${sentences.map((one) => `- ${one}`).join('\n')}\n`;
  return `
## ${title}

\`npm run trust -- --only ${name}\`, ${duration(seconds)}.
${part('What was done', done)}${part('How it was checked', checked)}${part('What was found', found)}`;
}
