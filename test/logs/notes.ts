/**
 * What a run keeps for the look at its end (test/reporter.ts): the logs of every service that it starts, and the names,
 * phones, e-mails, keys and other words of a person that its clients sent or were answered. One directory for a run. Noted is
 * what goes through `sender`, and whatever reaches a server that runs in the process of a test, whoever sent it; of the campaign's
 * smallest runs too (campaign.ts), whose services log faults alone. Not here: what a command prints at its terminal, answers past
 * `sender`, what the benchmarks start, a PostgreSQL that is not the service's own.
 */
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { API, type Exchange } from '../client.ts';
import { type Leak, leaksIn, type Noted, phrasesOf } from './search.ts';

/** The run's directory; processes that the run starts inherit it. */
const DIRECTORY = 'CLIENTELE_TEST_LOGS';
const NOTES = '.noted';
/** How logs are called: of the services of a test's own process, of processes that were started, of each PostgreSQL. */
const TESTS = 'tests-';
const PROCESSES = 'process-';
const POSTGRES = 'postgres';
const LOGS = '.log';
const LEAKS = 'leaks.json';

/** Before anything else of a run: where it keeps its logs. */
export function openNotes(): string {
  process.env[DIRECTORY] = mkdtempSync(join(tmpdir(), 'clientele-test-logs-'));
  return process.env[DIRECTORY];
}

/** After everything else: the logs stay where something was found in them. */
export function closeNotes(): void {
  if (!existsSync(fileOf(LEAKS))) rmSync(process.env[DIRECTORY]!, { recursive: true, force: true });
}

const fileOf = (name: string): string => join(process.env[DIRECTORY]!, name);

/** Keeps what a process printed. */
export const keepOutput = (pid: number, text: string): void =>
  appendFileSync(fileOf(`${PROCESSES}${pid}${LOGS}`), text);

/** Keeps the log of a PostgreSQL, before it goes away. */
export function keepLog(path: string, name: string): void {
  if (existsSync(path)) appendFileSync(fileOf(`${POSTGRES}-${name}${LOGS}`), readFileSync(path));
}

let logger: Logger | undefined;

/** The log of the services of this process: all there is to say, into the run's directory; LOG_LEVEL shows it too. */
export function suiteLogger(): Logger {
  const file = () => pino.destination({ dest: fileOf(`${TESTS}${process.pid}${LOGS}`), sync: true });
  const shown = process.env.LOG_LEVEL as pino.Level | undefined;
  logger ??= pino(
    { level: 'trace' },
    shown
      ? pino.multistream([
          { stream: file(), level: 'trace' },
          { stream: process.stdout, level: shown },
        ])
      : file(),
  );
  return logger;
}

/** Fields in which a person or a secret may stand; everything below one counts. */
const TELLING = new Set([
  'name',
  'company_name',
  'email',
  'phone',
  'address',
  'avatar',
  'value',
  'raw',
  'custom_fields',
  'source_metadata',
  'key',
  'q',
  'tag',
  'tags',
  'added_tags',
  'removed_tags',
  'label',
  'legal_hold',
  'ref',
]);
/** In what is sent: the reason of a legal hold. In answers it is a word of the service's own. */
const TELLING_SENT = new Set([...TELLING, 'reason']);
const noted = new Map<string, string>();

/** Notes what of one request and its answer no log may hold. */
export function note({ key, path, headers, body, answer }: Exchange): void {
  if (key) noted.set(key, 'key');
  if (headers.cookie) noteText('cookie', headers.cookie.slice(headers.cookie.indexOf('=') + 1));
  for (const [field, value] of new URL(path, 'http://x').searchParams)
    if (TELLING_SENT.has(field)) noteText(field, value);
  noteFields(typeof body === 'string' ? parsed(body) : body, TELLING_SENT);
  noteFields(answer, TELLING);
}

const CANARY = 'canary';

/**
 * Notes what nobody sent, and logs it: at the end it must be found, or the look finds nothing at all. One for each process that
 * runs tests, by the same ways as what it notes and logs itself.
 */
export function plantCanary(): void {
  const value = `canary ${randomUUID()}`;
  noteText(CANARY, value);
  suiteLogger().trace({ planted: value }, 'a canary');
}

/** True for a value that is looked for at the end. */
export const isNoted = (value: string): boolean => noted.has(value);

/** From now on what reaches a server of this process is noted too: from a browser, a command, a bare socket. */
export const noteRequests = (): void =>
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    const { url, headers } = request;
    // Tests have servers of other kinds too.
    if (!url?.startsWith(API)) return;
    const { authorization, cookie } = headers;
    // Of bytes that are no request anything may stand where a key belongs.
    const key = /^Bearer\s+(clt_.+)$/i.exec(authorization ?? '')?.[1] ?? null;
    note({ key, path: url, headers: cookie ? { cookie } : {}, body: null, answer: null });
    noteBody(request);
  });

/** A listener would take the body from whoever reads it: this one looks at what Node puts in. */
function noteBody(request: IncomingMessage): void {
  const chunks: Buffer[] = [];
  const { push } = request;
  request.push = (chunk: Buffer | null, encoding) => {
    if (chunk) chunks.push(chunk);
    else if (chunks.length > 0) noteFields(parsed(Buffer.concat(chunks).toString()), TELLING_SENT);
    return push.call(request, chunk, encoding);
  };
}

function noteText(field: string, text: string): void {
  noted.set(text, field);
}

/** Not by recursion: tests send what is nested ten thousand deep. */
function noteFields(all: unknown, telling: ReadonlySet<string>): void {
  const waiting: { value: unknown; field: string | null }[] = [{ value: all, field: null }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, field } = next;
    if (typeof value === 'string' && field) noteText(field, value);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue;
    for (const [name, below] of Object.entries(value)) {
      const own = telling.has(name) ? name : null;
      // What an answer says of a key beside the key itself is no secret: its id stands in the log.
      waiting.push({ value: below, field: field === 'key' ? null : (field ?? own) });
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Writes down what this process has noted. */
export function writeNotes(): void {
  const lines = [...noted].map((pair) => `${JSON.stringify(pair)}\n`);
  appendFileSync(fileOf(`${process.pid}${NOTES}`), lines.join(''));
  noted.clear();
}

/** What of a run the look must have found. */
export interface Ran {
  /** Files of tests. */
  files: number;
  /** All that there are. */
  isWhole: boolean;
}

export interface Look {
  values: number;
  lines: number;
  /** Every line of a log that says what it may not. */
  leaks: Leak[];
  /** What shows that it was not looked, or not at all that there should have been. */
  faults: string[];
}

/** The look at the end. */
export function lookThroughLogs(ran: Ran): Look {
  const dir = process.env[DIRECTORY];
  if (!dir) return { values: 0, lines: 0, leaks: [], faults: ['The run has kept no logs.'] };
  const texts = (suffix: string) =>
    readdirSync(dir)
      .filter((name) => name.endsWith(suffix))
      .map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }));
  const all: Noted = new Map(
    texts(NOTES).flatMap(({ text }) =>
      text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as [string, string]] : [])),
    ),
  );
  const phrases = phrasesOf(all);
  const logs = texts(LOGS);
  const found = logs.flatMap(({ name, text }) => leaksIn(join(dir, name), text, phrases));
  const leaks = found.filter(({ field }) => field !== CANARY);
  const planted = [...all.values()].filter((field) => field === CANARY).length;
  const linesOf = (prefix: string) =>
    logs
      .filter(({ name }) => name.startsWith(prefix))
      .reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
  const faults = faultsOf(ran, {
    values: all.size - planted,
    planted,
    found: found.length - leaks.length,
    kinds: { tests: linesOf(TESTS) - planted, processes: linesOf(PROCESSES), postgres: linesOf(POSTGRES) },
  });
  if (leaks.length > 0 || faults.length > 0)
    writeFileSync(fileOf(LEAKS), JSON.stringify({ leaks, faults }, null, 2));
  return { values: all.size - planted, lines: linesOf('') - planted, leaks, faults };
}

export interface Found {
  /** Canaries that were planted, and found. */
  planted: number;
  found: number;
  values: number;
  /** Lines of the logs of each kind. */
  kinds: Record<string, number>;
}

/** A whole run sends many times as many. */
const FEW_VALUES = 2_000;
const FEW_LINES = 20;

/** What shows that a look was none. Of a part of the suite only that what it noted is found: it may send nothing. */
export function faultsOf({ files, isWhole }: Ran, { planted, found, values, kinds }: Found): string[] {
  const faults: string[] = [];
  if (planted < files) faults.push(`${files} files of tests ran, and ${planted} of them noted anything.`);
  if (found !== planted) faults.push(`${planted} lines were planted in the logs, and ${found} found.`);
  if (!isWhole) return faults;
  if (values < FEW_VALUES) faults.push(`A whole run noted ${values} values alone.`);
  for (const [kind, lines] of Object.entries(kinds))
    if (lines < FEW_LINES) faults.push(`A whole run left ${lines} lines of the logs of ${kind} alone.`);
  return faults;
}
