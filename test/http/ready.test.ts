/** `/health` says that the process lives, `/ready` that it should be sent requests. (Overload: overload.test.ts.) */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
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

describe('/ready', () => {
  it('is 200 when the database answers and has the schema of this version', async () => {
    expect(await ready()).toMatchObject({ status: 200, success: true, body: { status: 'ok' } });
  });

  it('is 503 when a migration of this version is missing, and 200 beside a newer version', async () => {
    const [gone] = await service.sql`delete from migrations where name like '0002%' returning *`;
    expect(await ready()).toEqual(notReady('schema'));
    await service.sql`insert into migrations ${service.sql(gone!)}`;
    await service.sql`insert into migrations values ('9999_of_a_newer_version.sql', 'x', now())`;
    expect((await ready()).status).toBe(200);
    await service.sql`delete from migrations where name like '9999%'`;
  });

  it('is 503 while the database is away, when /health is still 200', async () => {
    const { url, drop } = await createDatabase();
    const sql = connect(url, { max: 2 });
    const server = await createServer(await openService(sql), pino({ level: 'silent' }));
    const send = sender(await server.listen({ port: 0, host: '127.0.0.1' }), null);
    expect((await send('GET', '//ready')).status).toBe(200);
    await drop();
    const { status, body } = await send('GET', '//ready');
    expect([status, body]).toEqual([503, { code: 'not_ready', reason: 'database' }]);
    expect((await send('GET', '//health')).status).toBe(200);
    await server.close();
    await sql.end({ timeout: 1 });
  });
});
