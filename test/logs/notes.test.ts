/** What no log may hold is noted of every request that reaches a server here, however it comes. */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { clientele, csvFile } from '../cli/session.ts';
import { API, useService } from '../harness.ts';
import { isNoted, note } from './notes.ts';

const service = useService();

it('a bare socket: its key, its query, and its body in pieces', async () => {
  const { key } = await service.business();
  const { hostname, port } = new URL(service.url);
  const body = JSON.stringify({ name: 'Sökrates Bareplug', email: 'bareplug@clientele.test' });
  const socket = connect(Number(port), hostname);
  const answered = new Promise<string>((done) => socket.once('data', (chunk) => done(String(chunk))));
  socket.write(
    `GET ${API}/customers?q=Quirin+Bareplug HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${key}\r\n\r\n` +
      `PUT ${API}/customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`,
  );
  await answered;
  const bytes = Buffer.from(body);
  const half = bytes.indexOf('ö') + 1;
  const closed = new Promise((done) => socket.once('close', done));
  socket.write(bytes.subarray(0, half));
  await new Promise((done) => setTimeout(done, 50));
  socket.write(bytes.subarray(half));
  await closed;
  expect([key, 'Quirin Bareplug', 'Sökrates Bareplug', 'bareplug@clientele.test'].map(isNoted)).toEqual(
    Array(4).fill(true),
  );
  // Whoever reads the body has it all the same.
  const [row] = await service.sql`select name from customers`;
  expect(row!.name).toBe('Sökrates Bareplug');
});

it('the reason of a hold, tags and labels; of an answer no word of the service', async () => {
  const { send } = await service.business();
  const contacts = [{ type: 'email', value: 'hold@clientele.test', label: 'from the lawyer' }];
  const { body } = await send('POST', '/customers', { contacts, tags: ['in the lawsuit'] });
  await send('PUT', `/customers/${body.id}/legal-hold`, { reason: 'Zyxwvut against us' });
  await send('GET', '/customers?tag=lawsuit-2');
  await send('PUT', `/customers/${body.id}/references/claim/CLAIM-1042`, { state: 'open' });
  expect(
    ['from the lawyer', 'in the lawsuit', 'Zyxwvut against us', 'lawsuit-2', 'CLAIM-1042'].map(isNoted),
  ).toEqual(Array(5).fill(true));
  note({ key: null, path: '/ready', headers: {}, body: null, answer: { reason: 'overloaded' } });
  expect(isNoted('overloaded')).toBe(false);
});

it('a browser: the key it signs in with, and its cookie', async () => {
  const { key } = await service.business();
  const signedIn = await fetch(`${service.url}${API}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
  await fetch(`${service.url}${API}/session`, { headers: { cookie } });
  expect([key, cookie.slice(cookie.indexOf('=') + 1)].map(isNoted)).toEqual([true, true]);
});

it('the people of a file that a command imports', async () => {
  const { key } = await service.business();
  const path = await csvFile('Name,Mobile\nFilomena Rowling,0412 987 001\n');
  const ran = await clientele(['import', path], { CLIENTELE_KEY: key, CLIENTELE_URL: service.url });
  expect(ran.err).toBe('');
  expect(['Filomena Rowling', '0412 987 001'].map(isNoted)).toEqual([true, true]);
});

it('nothing of what other servers hear', async () => {
  const { createServer } = await import('node:http');
  const other = createServer((_request, response) => response.end());
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as { port: number };
  await fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: 'POST',
    body: JSON.stringify({ name: 'a span of a trace' }),
  });
  other.close();
  expect(isNoted('a span of a trace')).toBe(false);
});
