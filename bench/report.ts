/** What a run found, as a table for the terminal and as bench/RESULTS.md. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { packageDir } from '../src/config.ts';
import { type Compared, OPERATIONS } from './compare.ts';
import { duration } from './stage.ts';

export interface Row {
  rows: number;
  what: string;
  /** Per second. */
  rate?: number;
  spread?: number;
  p50?: number;
  p99?: number;
  failures?: number;
  /** What the columns do not say, or why there is no figure. */
  remark: string;
}

export interface Verdict {
  work: string;
  target: string;
  figure: string;
  /** Null when it could not be measured. */
  met: boolean | null;
}

export interface Run {
  command: string;
  commit: string;
  date: string;
  node: string;
  postgres: string;
  cpu: string;
  pinned: boolean;
  figures: Row[];
  memory: Record<string, number>;
  /** Seconds of each theme. */
  took: Record<string, number>;
  verdicts: Verdict[];
  /** The service beside its peers, all with so many customers. */
  compared: { rows: number; systems: Compared[] };
}

export const environment = () => ({
  command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: packageDir, encoding: 'utf8' }).trim(),
  date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
});

const number = (value: number | undefined, digits = 0) =>
  value === undefined || Number.isNaN(value)
    ? ''
    : value.toLocaleString('en', { maximumFractionDigits: digits });

export function table(run: Run): string {
  const lines = run.figures.map(
    ({ rows, what, rate, spread, p50, p99, failures, remark }) =>
      `| ${rows ? number(rows) : ''} | ${what} | ${number(rate)} | ${number(spread) && `${number(spread)} %`} | ` +
      `${number(p50, 1)} | ${number(p99, 1)} | ${failures ?? ''} | ${remark} |`,
  );
  return [
    '| customers | work | per second | spread | p50 ms | p99 ms | failures | |',
    '|---:|---|---:|---:|---:|---:|---:|---|',
    ...lines,
  ].join('\n');
}

/** What a system bore, for the terminal. */
export const peerLine = ({ name, figures, simultaneous, memory, error }: Compared): string =>
  error
    ? `${name}: ${error}`
    : `${name}: ${OPERATIONS.map((operation) => `${operation} ${number(figures[operation]?.rate) || '-'}`).join(', ')}, ` +
      `${simultaneous.rows} rows of 64 at once, ${number(memory)} MiB`;

function peersTable({ rows, systems }: Run['compared']): string {
  if (systems.length === 0) return '';
  const [own] = systems;
  const cell = (system: Compared, operation: (typeof OPERATIONS)[number]) => {
    const figure = system.figures[operation];
    if (!figure) return 'none';
    const ratio = own!.figures[operation]!.rate / figure.rate;
    const failures = figure.failures > 0 ? `, ${number(figure.failures)} failed` : '';
    return `${number(figure.rate)}${system === own ? '' : ` (${ratio.toFixed(ratio < 10 ? 1 : 0)}×)`}${failures}`;
  };
  const lines = systems.map((system) =>
    system.error
      ? `| ${system.name} | ${system.error.replace(/\s+/g, ' ')} |`
      : `| ${system.name} | ${OPERATIONS.map((operation) => cell(system, operation)).join(' | ')} | ` +
        `${system.simultaneous.rows} (${system.simultaneous.succeeded} of 64) | ${number(system.memory)} |`,
  );
  return `
## Beside what people use today

${number(rows)} customers each, the same PostgreSQL, 32 callers; per second, and in brackets how many times as much the service bore.
Find-or-create is one request here and two elsewhere; half of the people are new. The last but one column: rows that 64
simultaneous find-or-creates of one new person left, and how many of the 64 succeeded.

| | ${OPERATIONS.join(' | ')} | 64 at once | MiB |
|---|${OPERATIONS.map(() => '---:').join('|')}|---:|---:|
${lines.join('\n')}
`;
}

const judgement = (met: boolean | null) => (met === null ? 'not measured' : met ? 'met' : '**missed**');

const MARK = '<!-- remarks: written by hand, kept by the renderer -->';

/** The page, with the remarks of the page before kept. */
export function page(run: Run): string {
  const path = join(packageDir, 'bench/RESULTS.md');
  const remarks = existsSync(path) ? readFileSync(path, 'utf8').split(MARK)[1] : undefined;
  const verdicts = run.verdicts.map(
    ({ work, target, figure, met }) => `| ${work} | ${target} | ${figure} | ${judgement(met)} |`,
  );
  const took = Object.entries(run.took).map(([theme, seconds]) => `${theme} ${duration(seconds)}`);
  const memory = Object.entries(run.memory).map(([when, mib]) => `${when} ${number(mib)} MiB`);
  return `# Results

\`${run.command}\` at ${run.commit}, ${run.date} UTC. Node ${run.node}, PostgreSQL ${run.postgres} (embedded, fsync on), ${run.cpu}.
${run.pinned ? 'The service alone on one core; PostgreSQL and the load together on the other.' : 'Not pinned to cores: there is no taskset here.'} 32 connections, median of the repetitions; floors in the same run.

| work | target | figure | |
|---|---|---|---|
${verdicts.join('\n')}

Resident memory of the service: ${memory.join(', ')}.

Took: ${took.join(', ')}. Start and two processes are measured on all cores.

## Figures

${table(run)}
${peersTable(run.compared)}
${MARK}${remarks ?? '\n'}`;
}
