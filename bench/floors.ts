/**
 * What the database alone bears: the statements that the service sends, sent by pgbench without HTTP, planning or Node;
 * and a bare `insert … select`.
 */
import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { upsertCustomer } from '../src/customers/operations.ts';
import type { UpsertInput } from '../src/customers/schema.ts';
import { findDocument, openService, type Service } from '../src/customers/service.ts';
import { connect } from '../src/database/connect.ts';
import { arrayText } from '../src/database/recordset.ts';
import { CALLERS } from './book.ts';
import { customers } from './generate.ts';
import { type Figure, type Patience, random, summary } from './load.ts';
import { type Business, callerOf, type Stage, scratchDirectory } from './stage.ts';

/** Other customers, words and fragments by turns, as the service has them: so many scripts of each kind. */
const VARIANTS = 20;

/** Such as `pgbench (PostgreSQL) 15.18`; null where it is not installed. */
export function pgbenchVersion(): string | null {
  try {
    const told = execFileSync('pgbench', ['--version'], { encoding: 'utf8' });
    return /pgbench \(PostgreSQL\) [\d.]+/.exec(told)?.[0] ?? 'pgbench';
  } catch {
    return null;
  }
}

/** The statement of a get by id. */
export async function pgbenchGet(stage: Stage, patience: Patience): Promise<Figure> {
  const ids = Array.from({ length: VARIANTS }, () => random(stage.ids));
  return await withListener(stage, async (service, sentBy) => {
    const scripts = new Scripts(stage);
    for (const id of ids) scripts.add(await sentBy(() => findDocument(service, callerOf(stage), id)));
    return await scripts.run(patience);
  });
}

/**
 * The statements of single upserts, half of them of new customers and half of known ones that do not change: what is
 * loaded for each, and for the new a commit of their own.
 */
export async function pgbenchUpsert(stage: Stage, patience: Patience, known: UpsertInput[]): Promise<Figure> {
  const source = customers(VARIANTS + 1, 40_000_000);
  return await withListener(stage, async (service, sentBy) => {
    const scripts = new Scripts(stage);
    const upsert = (input: UpsertInput) => sentBy(() => upsertCustomer(service, callerOf(stage), input));
    for (let n = 0; n <= VARIANTS; n++) {
      const mark = String(FIRST_MARK + n);
      const { contacts: _contacts, ...fresh } = source.next().value;
      const ofKnown = await upsert(random(known));
      const ofNew = await upsert({ ...fresh, email: `new.${mark}@example.com`, phone: `+61${mark}` });
      // The driver waits for what it sends for the first time, and sends it together from then on.
      if (n === 0) continue;
      scripts.add(ofKnown);
      scripts.add(ofNew, mark);
    }
    return await scripts.run(patience);
  });
}

interface Sent {
  text: string;
  parameters: unknown[];
}
/** Statements that were sent together, without waiting for each other. */
type Wave = Sent[];
type SentBy = (work: () => Promise<unknown>) => Promise<Wave[]>;

/** Works with a service whose statements are listened to, each write committed alone. */
async function withListener<T>(
  stage: Stage,
  work: (service: Service, sentBy: SentBy) => Promise<T>,
): Promise<T> {
  let waves: Wave[] = [];
  let isOpen = false;
  const onStatement = (text: string, parameters: unknown[]) => {
    if (!isOpen) {
      waves.push([]);
      isOpen = true;
      // What waits for an answer is sent in a later turn of the event loop.
      setImmediate(() => {
        isOpen = false;
      });
    }
    waves.at(-1)!.push({ text: text.trim(), parameters });
  };
  const sql = connect(stage.databaseUrl, { max: 1, onStatement });
  try {
    const service = await openService(sql, { groupCommit: false });
    return await work(service, async (one) => {
      waves = [];
      await one();
      await sleep(2);
      return waves;
    });
  } finally {
    await sql.end();
  }
}

/** Numbers of nine digits that stand in a new customer's phone number, e-mail address and ids until pgbench counts. */
const FIRST_MARK = 412_345_000;
/** Where pgbench counts from: no generated customer has such a number. Each run has a range of its own. */
let firstNumber = 500_000_000;
const NUMBERS_OF_A_RUN = 2_000_000;

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Scripts of pgbench, one for each recording of statements, with their values as variables that they share. */
class Scripts {
  readonly #stage: Stage;
  readonly #shared: string[];
  readonly #scripts: string[] = [];
  readonly #variables = new Map<string, string>();
  /** Ids of the recording that are others each time, by their turn. */
  #ids = new Map<string, number>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#shared = [stage.businessId, stage.locationId];
  }

  /** With a mark, every run is about somebody else: the number in its place, and in each id, is another each time. */
  add(waves: Wave[], mark: string | null = null): void {
    this.#ids = new Map();
    const lines = waves.flatMap((wave) => {
      const statements = wave.map((sent) => `${this.#statement(sent, mark)};`);
      return statements.length > 1 ? ['\\startpipeline', ...statements, '\\endpipeline'] : statements;
    });
    const counting = [`\\set turn :turn + 1`, `\\set n :first + :turn * ${CALLERS} + :client_id`];
    this.#scripts.push([...(mark ? counting : []), ...lines, ''].join('\n'));
  }

  /** One by lot each time. */
  async run({ seconds, repetitions }: Patience): Promise<Figure> {
    const { dir, remove } = await scratchDirectory();
    try {
      const files = this.#scripts.map((_, n) => join(dir, `${n}.sql`));
      for (const [n, file] of files.entries()) await writeFile(file, this.#scripts[n]!);
      const runs: Omit<Figure, 'spread'>[] = [];
      for (let i = 0; i < repetitions; i++) runs.push(await this.#once(files, seconds));
      return summary(runs);
    } finally {
      await remove();
    }
  }

  async #once(files: string[], seconds: number): Promise<Omit<Figure, 'spread'>> {
    const defined = [...this.#variables].map(([value, name]): [string, string] => [name, value]);
    const variables = [['turn', '0'], ['first', String(firstNumber)], ...defined];
    firstNumber += NUMBERS_OF_A_RUN;
    const { stdout } = await promisify(execFile)(
      'pgbench',
      [
        ...['-n', '-M', 'prepared', '-j', '1', '-c', String(CALLERS), '-T', String(Math.ceil(seconds))],
        ...variables.flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        ...files.flatMap((file) => ['-f', file]),
        this.#stage.databaseUrl,
      ],
      // As the service's connections are set: it plans for the table as it will be.
      { env: { ...process.env, PGOPTIONS: '-c enable_seqscan=off' }, maxBuffer: 1 << 26 },
    ).catch(({ stderr }) => {
      throw new Error(`pgbench failed: ${String(stderr).slice(0, 1000)}`);
    });
    const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
    return {
      rate: number(/tps = ([\d.]+) \(without initial connection time\)/),
      // It says no more than the average.
      p50: Number.NaN,
      p99: Number.NaN,
      failures: number(/number of failed transactions: (\d+)/) || 0,
    };
  }

  #statement({ text, parameters }: Sent, mark: string | null): string {
    const isFeed = /^update\s+feeds\b/.test(text);
    return text
      .replace(/\$(\d+)/g, (_, n) => this.#value(parameters[Number(n) - 1], mark, isFeed))
      .replace(/\s+/g, ' ');
  }

  /** A parameter as pgbench has it. The feed's row moves on with each commit, so it takes the clock's time. */
  #value(parameter: unknown, mark: string | null, isFeed: boolean): string {
    if (parameter === null) return 'null';
    const written = Array.isArray(parameter) ? arrayText(parameter) : String(parameter);
    if (isFeed && TIME.test(written)) return 'clock_timestamp()';
    if (!mark) return `:${this.#variable(written)}`;
    const marked = written.replace(UUID, (id) => (this.#shared.includes(id) ? id : this.#marked(id, mark)));
    const variable = `:${this.#variable(marked)}`;
    return marked.includes(mark) ? `replace(${variable}, '${mark}', :n::text)` : variable;
  }

  /** An id of the same time with the mark at its end. */
  #marked(id: string, mark: string): string {
    const turn = this.#ids.get(id) ?? this.#ids.size;
    this.#ids.set(id, turn);
    return `${id.slice(0, 24)}${String(turn).padStart(3, '0')}${mark}`;
  }

  #variable(value: string): string {
    const name = this.#variables.get(value) ?? `v${this.#variables.size}`;
    this.#variables.set(value, name);
    return name;
  }
}

/**
 * Rows per second of a bare `insert … select` of filled rows into the same tables and indexes, under new ids and
 * keys, 500 in a transaction as the batch operation has them.
 */
export async function bareInsertSelect(
  { sql, businessId, ids }: Pick<Stage, 'sql'> & Pick<Business, 'businessId' | 'ids'>,
  rows: number,
): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < rows; done += 500) {
    const from = done % Math.max(1, ids.length - 500);
    const some = ids.slice(from, from + 500);
    await sql.begin(async (tx) => {
      await tx`create temporary table copied (old uuid primary key, new uuid) on commit drop`;
      await tx`insert into copied select id, gen_random_uuid() from unnest(${some}::uuid[]) id`;
      await tx`
        insert into customers (
          business_id, id, location_id, name, company_name, address, avatar, status, source, source_metadata, custom_fields, tags, version,
          created_at, updated_at, deleted_at, merged_into, name_key, search, facets, grams, document)
        select c.business_id, m.new, c.location_id, c.name, c.company_name, c.address, c.avatar, c.status, c.source, c.source_metadata,
          c.custom_fields, c.tags, c.version, c.created_at, c.updated_at, c.deleted_at, c.merged_into, c.name_key, c.search, c.facets,
          c.grams, c.document
        from copied m join customers c on c.business_id = ${businessId} and c.id = m.old`;
      await tx`
        insert into contacts
        select k.business_id, m.new, gen_random_uuid(), k.location_id, k.type, k.key || m.new::text, k.value, k.raw, k.extension, k.label,
          k.is_primary, k.matchable, k.standing, k.holder_name
        from copied m join contacts k on k.business_id = ${businessId} and k.customer_id = m.old`;
      await tx`
        insert into events
        select e.business_id, m.new, gen_random_uuid(), e.location_id, e.type, e.actor, e.at, e.version, e.changes, e.context,
          f.seq + row_number() over ()
        from copied m
        join events e on e.business_id = ${businessId} and e.customer_id = m.old
        join feeds f on f.business_id = ${businessId}`;
      await tx`
        update feeds
        set seq = (select max(seq) from events where business_id = ${businessId})
        where business_id = ${businessId}`;
    });
  }
  return rows / ((performance.now() - start) / 1000);
}
