/** `/health` says that the process lives, `/ready` that it should be sent requests. (Overload: overload.test.ts.) */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { connect } from '../../src/database/connect.ts';
import { createServer } from '../../src/http/server.ts';
import { createDatabase, sender, useService } from '../harness.ts';

const service = useService();
const ready = async () => {
  const { status, success, body, headers } = await service.send('GET', '//ready');
  return { status, success, body, wait: headers.get('retry-after') };
};
const notReady = (reason: string) => ({
  status: 503,
  success: false,
  body: { code: 'not_ready', reason },
  wait: '1',
});

/** What was seen is believed for half a second. */
const SOON = { timeout: 5_000, interval: 100 };

/** A service on a database of its own: how often it looked for migrations, and what it told its log. */
async function another() {
  const { url, drop } = await createDatabase();
  let looks = 0;
  const lines: string[] = [];
  const sql = connect(url, {
    max: 2,
    onStatement: (text) => void (/from migrations$/.test(text) && looks++),
  });
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const server = await createServer(await openService(sql), logger);
  const send = sender(await server.listen({ port: 0, host: '127.0.0.1' }), null);
  let isThere = true;
  const dropOnce = async () => {
    if (isThere) await drop();
    isThere = false;
  };
  onTestFinished(async () => {
    await server.close();
    await sql.end({ timeout: 1 });
    await dropOnce();
  });
  const told = () =>
    lines
      .map((line) => JSON.parse(line) as { msg: string; reason?: string })
      .map(({ msg, reason }) => (reason ? `${msg}: ${reason}` : msg));
  return { send, sql, drop: dropOnce, looks: () => looks, told };
}

describe('/ready', () => {
  it('is 200 when the database answers and has the schema of this version', async () => {
    expect(await ready()).toMatchObject({ status: 200, success: true, body: { status: 'ok' } });
  });

  it('is 503 when a migration of this version is missing, and 200 beside a newer version', async () => {
    const [gone] = await service.sql`delete from migrations where name like '0002%' returning *`;
    await expect.poll(ready, SOON).toEqual(notReady('schema'));
    await service.sql`insert into migrations ${service.sql(gone!)}`;
    await service.sql`insert into migrations values ('9999_of_a_newer_version.sql', 'x', now())`;
    await expect.poll(async () => (await ready()).status, SOON).toBe(200);
    // Once more when what was seen just now is believed no longer.
    await sleep(600);
    expect((await ready()).status).toBe(200);
    await service.sql`delete from migrations where name like '9999%'`;
  });

  it('is 503 while the database is away, when /health is still 200', async () => {
    const { send, drop } = await another();
    expect((await send('GET', '//ready')).status).toBe(200);
    await drop();
    const seen = async () => {
      const { status, body } = await send('GET', '//ready');
      return [status, body];
    };
    await expect.poll(seen, SOON).toEqual([503, { code: 'not_ready', reason: 'database' }]);
    expect((await send('GET', '//health')).status).toBe(200);
    expect((await send('GET', '//metrics')).text).toMatch(/^clientele_ready 0$/m);
  });

  it('looks at the database once for all who ask within half a second, and is in /metrics', async () => {
    const { send, looks } = await another();
    const ask = async () => (await send('GET', '//ready')).status;
    expect(new Set(await Promise.all(Array.from({ length: 50 }, ask)))).toEqual(new Set([200]));
    expect(await ask()).toBe(200);
    expect((await send('GET', '//metrics')).text).toMatch(/^clientele_ready 1$/m);
    expect(looks()).toBe(1);
    await sleep(600);
    await Promise.all(Array.from({ length: 50 }, ask));
    expect(looks()).toBe(2);
  });

  it('tells the log when it changes, not everybody who asks', async () => {
    const { send, sql, told } = await another();
    const ask = () => send('GET', '//ready');
    const [gone] = await sql`delete from migrations where name like '0002%' returning *`;
    for (let i = 0; i < 20; i++) await ask();
    await sleep(600);
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(503);
    expect(told()).toEqual(['not ready: schema']);
    await sql`insert into migrations ${sql(gone!)}`;
    await expect.poll(async () => (await ask()).status, SOON).toBe(200);
    for (let i = 0; i < 20; i++) await ask();
    expect(told()).toEqual(['not ready: schema', 'ready again']);
  });
});
