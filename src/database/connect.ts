/** One pool of connections to PostgreSQL, and what its errors mean. Nothing here knows what a customer is. */
import postgres from 'postgres';

export type Sql = postgres.Sql<{ timestamp: string }>;
export type Transaction = postgres.TransactionSql<{ timestamp: string }>;
/** What a statement may be sent on: the pool or an open transaction. */
export type Queryable = Sql | Transaction;
export type Fragment = postgres.Fragment;

export interface ConnectOptions {
  max?: number;
  applicationName?: string;
  /** Milliseconds after which the server gives a statement up; 0 for never. */
  statementTimeout?: number;
  /**
   * True behind a pooler that hands each transaction to another connection (PgBouncer): nothing is set for a session, and
   * no statement is kept prepared.
   */
  isPooled?: boolean;
  /**
   * Milliseconds of silence after which a connection that owes an answer is given up, and a transaction of ours that nobody
   * goes on with is ended by the server: a wire may die without a word to either end. 0, the default, for never.
   */
  silence?: number;
  /** Sees every statement sent, and on which connection: tests watch what it says of businesses, and ask for plans. */
  onStatement?: (text: string, parameters: unknown[], types: number[], connection: number) => void;
}

/** The silence that the service puts up with: more than a statement may take, and less than a caller's patience. */
export const SILENCE_MS = 6_500;

/** PostgreSQL's text form of a timestamptz, as the ISO 8601 text with milliseconds that the API answers. */
const isoTimestamp = {
  to: 1184,
  from: [1184],
  serialize: (value: string) => value,
  parse: (value: string) => new Date(value).toISOString(),
};

/**
 * Opens a pool (lazily: no connection is made before the first statement).
 * Timestamps come back as ISO text, bigint as number, json and jsonb as values.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  const { onStatement, silence = 0 } = options;
  return postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 5,
    // Added to the driver by patches/, as seconds.
    ...({ silence_timeout: silence / 1000 } as object),
    // A database that restarts is back within a second: try again soon, not after a growing pause.
    backoff: () => 0.1,
    onnotice: () => {},
    ...(onStatement && {
      debug: (connection: number, text: string, parameters: unknown[], types: unknown[]) =>
        onStatement(text, parameters, types as number[], connection),
    }),
    prepare: !options.isPooled,
    connection: {
      application_name: options.applicationName ?? 'clientele',
      ...(!options.isPooled && {
        statement_timeout: options.statementTimeout ?? 5_000,
        ...(silence > 0 && { idle_in_transaction_session_timeout: silence }),
        // A table of a few hundred rows is cheapest read whole, and a prepared statement keeps that plan
        // while the table grows to millions (measured: 58 upserts/s instead of thousands). Every statement
        // of the request path has an index; this makes the planner use it from the first row on.
        enable_seqscan: 'off' as unknown as boolean,
        // The hits of a search as a map of rows: at a million customers 4 MB hold it by pages only, and each row of them
        // is looked at (measured: 72 ms instead of 30). Taken for as long as a statement needs it.
        work_mem: '32MB' as unknown as number,
      }),
    },
    types: { timestamp: isoTimestamp, bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  }) as unknown as Sql;
}

/** How many connections there may be, how many are at work, and how many statements wait for one. (patches/ teaches the driver to say so.) */
export const poolOf = (sql: Sql): { size: number; busy: number; waiting: number } => ({
  size: sql.options.max,
  ...(sql as unknown as { pool(): { busy: number; waiting: number } }).pool(),
});

/**
 * The time by the database's clock, which all processes share: what cannot be taken back goes by it, whatever the clock
 * of this machine says.
 */
export async function timeOf(sql: Queryable): Promise<string> {
  const [row] = await sql`select now() as now`;
  return row!.now as string;
}

/**
 * Sends a tagged statement without keeping it prepared, so that the planner sees its values. A search
 * pattern hidden behind a parameter of a cached plan costs 400 ms and more at a million rows; seen, 3–15 ms.
 */
export function unprepared<T extends readonly (object | undefined)[]>(
  query: postgres.PendingQuery<T>,
): postgres.PendingQuery<T> {
  // The driver reads this option of its query when it sends it, and offers no tagged way to set it.
  (query as unknown as { options: { prepare?: boolean } }).options.prepare = false;
  return query;
}

/** Sends a statement that may take as long as it likes: its silence says nothing of the connection. */
export function patient<T extends readonly (object | undefined)[]>(
  query: postgres.PendingQuery<T>,
): postgres.PendingQuery<T> {
  (query as unknown as { options: { patient?: boolean } }).options.patient = true;
  return query;
}

/** SQLSTATE, or the driver's own code such as CONNECTION_CLOSED; null for anything that is not a database error. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error.code;
}

const RACES = new Set(['23505', '40001', '40P01', '22012']);
const UNAVAILABLE = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECTION_SILENT',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  // No connection can be opened from here just now: no port, no descriptor is left.
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53200', // out_of_memory: of the server
  '53300', // too_many_connections
  '57P05', // idle_session_timeout: we came too late
  '58030', // io_error: of the server's disk
  '25P03', // idle_in_transaction_session_timeout: we came too late
  '25006', // read_only_sql_transaction: a standby that has not been promoted yet
  'XX000', // at commit through a coordinator: the outcome is unknown
]);

/** True when another writer won a race for the same rows or keys: reload, plan again, commit again. */
export const isLostRace = (error: unknown): boolean => RACES.has(errorCode(error) ?? '');

/** True when the database could not be asked, or its answer to a commit never came. */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  return code !== null && (UNAVAILABLE.has(code) || code.startsWith('08'));
}

/** True when the statement timeout ended it. */
export const isTimeout = (error: unknown): boolean => errorCode(error) === '57014';

/** True when a lock did not come within the lock timeout. */
export const isLockTimeout = (error: unknown): boolean => errorCode(error) === '55P03';

/** True when the server has no room left to write. */
export const isStorageFull = (error: unknown): boolean => errorCode(error) === '53100';
