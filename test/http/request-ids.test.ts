/** `x-request-id`: what each answer carries, and by which the log is searched. */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { createServer } from '../../src/http/server.ts';
import { API, serve, useService } from '../harness.ts';

const service = useService({ room: { pace: 4, least: 8, most: 8 } });
const idOf = ({ headers }: { headers: Headers }) => headers.get('x-request-id')!;

describe('the id of a request', () => {
  it('is of its server alone: those of another on the same database begin otherwise', async () => {
    const other = await serve(service.sql);
    const ask = (url: string) => fetch(`${url}/health`);
    const answers = [];
    for (let i = 0; i < 10; i++) answers.push(await ask(service.url), await ask(other.url));
    await other.server.close();
    const ids = answers.map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.split('-')[0])).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/);
  });

  it('finds the lines of the log, and no client can choose it', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const server = await createServer(await openService(service.sql), logger);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const mine = 'mine-1';
    const answer = await fetch(`${url}${API}/nowhere`, { headers: { 'x-request-id': mine } });
    await answer.text();
    await server.close();
    expect(idOf(answer)).not.toBe(mine);
    const named = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(named.map(({ reqId }) => reqId)).toEqual([idOf(answer)]);
  });

  it('of one that is sent away unread says so, and begins as the others do', async () => {
    const { id, key, send } = await service.business();
    expect((await send('GET', '/locations')).status).toBe(200);
    const leave = service.room.enter(id, 100);
    const answer = await fetch(`${service.url}${API}/locations`, {
      headers: { authorization: `Bearer ${key}` },
    });
    leave();
    expect(answer.status).toBe(503);
    const beginning = idOf(await fetch(`${service.url}/health`)).split('-')[0];
    expect(idOf(answer)).toMatch(new RegExp(`^shed-${beginning}-`));
  });
});
