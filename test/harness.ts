/** What every test starts from: a database of its own, the real server on it, and as many businesses as it likes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { openService, type ServiceOptions } from '../src/customers/service.ts';
import type { WriteQueue } from '../src/customers/write-queue.ts';
import { connect, type Sql } from '../src/database/connect.ts';
import type { Turns } from '../src/database/turns.ts';
import type { Room } from '../src/http/room.ts';
import type { Patience } from '../src/http/route.ts';
import { createServer, type Server } from '../src/http/server.ts';
import type { Authentication } from '../src/tenancy/authentication.ts';
import type { KeyUses } from '../src/tenancy/key-uses.ts';
import type { RateLimits } from '../src/tenancy/rate-limits.ts';
import { makeBusiness, type TestBusiness } from './business.ts';
import { type Send, sender } from './client.ts';
import { suiteLogger } from './logs/notes.ts';
import { withDatabase } from './postgres.ts';
import { StatementWatch } from './scale-rules.ts';

export type { TestBusiness } from './business.ts';
export { type Answer, API, type Body, pathWith, type Send, sender } from './client.ts';

export interface TestService {
  url: string;
  databaseUrl: string;
  server: Server;
  writes: WriteQueue;
  authentication: Authentication;
  limits: RateLimits;
  uses: KeyUses;
  room: Room;
  waitingRoom: Room;
  receivingRoom: Room;
  turns: Turns;
  /** For the test's own looks into the database; not watched. */
  sql: Sql;
  send: Send;
  business(country?: string): Promise<TestBusiness>;
}

/**
 * Starts the service for the tests of one file and stops it after them. The suite fails when a statement of the
 * service breaks one of the rules of `scale-rules.ts`: above all that it names the one business.
 */
export function useService(options: ServeOptions & { statementTimeout?: number } = {}): TestService {
  const service = {} as TestService;
  const watch = new StatementWatch();
  let watched: Sql;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await createDatabase();
    drop = made.drop;
    const pooler = inject('poolerUrl');
    watched = connect(pooler ? withDatabase(pooler, new URL(made.url).pathname.slice(1)) : made.url, {
      max: 8,
      isPooled: pooler !== null,
      onStatement: (text, parameters, _types, connection) => watch.see(text, parameters, connection),
      statementTimeout: options.statementTimeout ?? 20_000,
    });
    const running = await serve(watched, options);
    Object.assign(service, running, { databaseUrl: made.url, sql: connect(made.url, { max: 4 }) });
    service.send = sender(service.url, null);
    service.business = (country) =>
      makeBusiness(service, { country, onAdded: () => service.authentication.forget() });
  });

  afterAll(async () => {
    await service.server?.close();
    await watched?.end({ timeout: 5 });
    await service.sql?.end({ timeout: 5 });
    await drop?.();
    expect(watch.broken, 'statements that break a rule of test/scale-rules.ts').toEqual([]);
  });
  return service;
}

/** A clone of the migrated template, or one without tables. */
export async function createDatabase({ isEmpty = false } = {}): Promise<{
  url: string;
  drop(): Promise<void>;
}> {
  const serverUrl = inject('serverUrl');
  const name = `clientele_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const admin = connect(serverUrl, { max: 1, statementTimeout: 0 });
  await admin.unsafe(`create database ${name} template ${isEmpty ? 'template1' : inject('templateName')}`);
  return {
    url: withDatabase(serverUrl, name),
    async drop() {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

type ServeOptions = Omit<ServiceOptions, 'replica'> & { trustProxy?: string[]; patience?: Patience };

/** A server of its own on a database, as another process would be. */
export async function serve(sql: Sql, options: ServeOptions = {}) {
  const service = await openService(sql, options);
  const { trustProxy = false, patience } = options;
  const server = await createServer(service, suiteLogger(), { trustProxy, patience });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const { writes, authentication, limits, uses, room, waitingRoom, receivingRoom, turns } = service;
  return { server, writes, authentication, limits, uses, room, waitingRoom, receivingRoom, turns, url };
}

/** What a second server lets a test do. */
export type Second = Pick<TestService, 'url' | 'limits' | 'uses'>;

/** A second server on the database of the first, as another process is; its address once it listens. */
export function useSecondServer(service: TestService, options: ServeOptions = {}): Second {
  const second = {} as Second;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const sql = connect(service.databaseUrl, { max: 4 });
    const { server, url, limits, uses } = await serve(sql, options);
    Object.assign(second, { url, limits, uses });
    stop = async () => {
      await server.close();
      await sql.end();
    };
  });
  afterAll(() => stop?.());
  return second;
}
