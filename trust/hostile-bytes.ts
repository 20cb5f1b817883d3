/** Bytes on the socket: broken HTTP, requests hidden in requests, headers without end, and clients that never finish. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBusiness } from '../test/business.ts';
import { exchange, hiddenIn, REQUESTS } from '../test/http/raw-requests.ts';
import { between, type Chance, oneOf } from './chance.ts';
import { milliseconds, number } from './report.ts';
import type { Stand } from './stand.ts';
import type { Section } from './theme.ts';

const MUTATIONS = { smoke: 100, small: 500, full: 5_000 };
const SLOW_CLIENTS = { smoke: 20, small: 50, full: 200 };
/** Whether the slow ones are waited for until the service cuts them off. */
const IS_PATIENT = { smoke: 0, small: 0, full: 1 };
const CUT_OFF_MS = 65_000;
const PATIENCE_MS = 5_000;
const AT_ONCE = 16;
const SHOWN = 5;
const INSIDE = /node_modules|\n\s+at |\.ts:\d|postgres|sqlstate/i;

export async function attackRaw(section: Section, stand: Stand): Promise<void> {
  const { url } = stand.service;
  const business = await makeBusiness({ url, sql: stand.sql });
  const outcome = { exchanges: 0, faults: 0, hangs: 0, inside: 0 };
  const known = REQUESTS.map(([, bytes]) => bytes.replace('KEY', business.key));
  const all = [
    ...known,
    ...hiddenIn(business.key),
    ...Array.from({ length: section.size(MUTATIONS) }, () => mangled(section.chance, known)),
  ].values();
  const one = async () => {
    for (const bytes of all) {
      const text = await exchange(url, Buffer.from(bytes, 'latin1'), {
        patience: PATIENCE_MS,
        end: true,
      }).catch((error: Error) => error);
      outcome.exchanges++;
      const tell = (count: number, problem: string) => {
        if (count <= SHOWN) section.failed(`bytes ${JSON.stringify(bytes.slice(0, 400))}`, problem);
      };
      if (text instanceof Error) tell(++outcome.hangs, text.message);
      else if (/^HTTP\/1\.1 5/m.test(text)) tell(++outcome.faults, text.slice(0, 300));
      else if (INSIDE.test(text)) tell(++outcome.inside, text.slice(0, 300));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const [hidden] = await stand.sql`
    select count(*)::int as n from customers where business_id = ${business.id} and name = 'Smuggled'`;
  section.tally.requests += outcome.exchanges;
  section.tally.otherFaults += outcome.faults;
  section.kept.raw.bytes = outcome;
  section.done(
    `${number(outcome.exchanges)} connections with bytes that are not HTTP, or that two readers read differently: lengths that ` +
      'disagree with chunks, folded and endless headers, other versions, tunnels, upgrades, each also mangled by chance.',
  );
  const of = `of ${number(outcome.exchanges)} connections`;
  section.claim(
    '5xx, words of the inside or hanging connections for raw bytes',
    '0',
    `${outcome.faults + outcome.inside + outcome.hangs} ${of}`,
    outcome.faults + outcome.inside + outcome.hangs === 0,
  );
  section.claim(
    'requests hidden in requests that were carried out',
    '0',
    `${hidden!.n} ${of}`,
    hidden!.n === 0,
  );
  await attackEndlessly(section, url);
  await attackSlowly(section, stand);
}

/** A known request with some bytes changed, or two of them behind each other. */
function mangled(chance: Chance, known: string[]): string {
  const bytes = oneOf(chance, known);
  const at = between(chance, 0, bytes.length);
  const [before, after] = [bytes.slice(0, at), bytes.slice(at)];
  const sign = oneOf(chance, [
    '\0',
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    '\x7f',
    '\xff',
    '0',
    ';',
    ',',
    '%',
    '\x1f\x8b',
  ]);
  return oneOf(chance, [
    () => before + sign + after,
    () => before + after.slice(between(chance, 1, 20)),
    () => bytes + oneOf(chance, known),
    () => before + oneOf(chance, known) + after,
    () => before + sign.repeat(between(chance, 2, 3_000)) + after,
    () => before,
  ])();
}

/** Headers that go on for as long as the service listens: it must say 431 and close. */
async function attackEndlessly(section: Section, url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  let isOpen = true;
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket
    .on('error', () => {})
    .on('close', () => {
      isOpen = false;
    });
  socket.write('GET /health HTTP/1.1\r\nHost: test\r\n');
  const until = performance.now() + PATIENCE_MS;
  for (let n = 0; isOpen && performance.now() < until; n++) {
    socket.write(`x-${n}: ${'y'.repeat(1_000)}\r\n`);
    await sleep(1);
  }
  socket.destroy();
  const isRefused = !isOpen && text.startsWith('HTTP/1.1 431');
  section.claim(
    'headers without end',
    '431, closed',
    isRefused ? '431, closed' : text.slice(0, 40) || 'open',
    isRefused,
  );
}

/** Clients that send a byte now and then hold no one else up; after half a minute or so they are cut off. */
async function attackSlowly(section: Section, stand: Stand): Promise<void> {
  const { hostname, port } = new URL(stand.service.url);
  const business = await makeBusiness({ url: stand.service.url, sql: stand.sql });
  const count = section.size(SLOW_CLIENTS);
  const began = performance.now();
  const open = new Set<Socket>();
  for (let n = 0; n < count; n++) {
    const socket = connect(Number(port), hostname);
    open.add(socket);
    socket
      .on('error', () => {})
      .on('data', () => {})
      .on('close', () => open.delete(socket));
    const head =
      n % 2 === 0
        ? 'GET /health HTTP/1.1\r\nHost: test\r\nx: '
        : `POST /api/v2/customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${business.key}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"name":"`;
    socket.write(head);
  }
  const drip = setInterval(() => {
    for (const socket of open) if (socket.writable) socket.write('a');
  }, 1_000);
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const start = performance.now();
    const answer = await business.send('PUT', '/customers', { name: 'Ann', phone: '0412 345 678' });
    times.push(performance.now() - start);
    if (answer.status !== 200) section.failed('slow clients', `others are answered ${answer.status}`);
  }
  const slowest = Math.max(...times);
  section.claim(
    `a caller beside ${count} slow clients waits`,
    '≤ 5 s',
    `at most ${milliseconds(slowest)}`,
    slowest <= PATIENCE_MS,
  );
  if (section.size(IS_PATIENT)) {
    while (open.size > 0 && performance.now() - began < CUT_OFF_MS) await sleep(100);
    const seconds = (performance.now() - began) / 1000;
    section.claim(
      'slow clients are cut off',
      `≤ ${CUT_OFF_MS / 1000} s`,
      open.size === 0
        ? `all ${count} after ${seconds.toFixed(0)} s`
        : `${open.size} of ${count} are still open`,
      open.size === 0,
    );
  }
  clearInterval(drip);
  for (const socket of open) socket.destroy();
}
