/** Requests that nobody should send, by the hundred thousand and as bytes: each gets a documented answer, and soon. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBusiness, type TestBusiness } from '../test/business.ts';
import { sender } from '../test/client.ts';
import { answerChecker, loadDocument } from '../test/http/document.ts';
import { notARefusal } from '../test/http/refusal.ts';
import { claimAmount } from './evidence.ts';
import { attackRaw } from './hostile-bytes.ts';
import { type Case, casesOf, type Ids, KINDS } from './hostile-requests.ts';
import { Memory } from './memory.ts';
import { milliseconds, number } from './report.ts';
import { Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';

const REQUESTS = { smoke: 600, small: 5_000, full: 110_000 };
/** A business of its own for each so many: lists stay short. */
const BLOCK = 1_000;
const CALLERS = 8;
const PATIENCE_MS = 5_000;
/** Resident memory of the service in MiB that no request may drive it beyond. */
const MOST_MIB = 400;
const LEAST_REQUESTS = 100_000;
const SHOWN = 12;

export const input: Theme = {
  name: 'input',
  title: 'Hostile input',
  what: ({ scale }) => `${number(REQUESTS[scale])} generated requests, and raw bytes on the socket`,
  estimate: ({ scale }) => 15 + REQUESTS[scale] / 250 + (scale === 'full' ? 75 : 10),
  async run(section) {
    const stand = await Stand.open(section, { env: { CLIENTELE_FAILED_RATE: '0' } });
    const memory = Memory.of(stand.service.pid);
    try {
      await generate(section, stand);
      await attackRaw(section, stand);
      await describeLife(section, stand, memory);
    } finally {
      memory.stop();
      await stand.close();
    }
  },
};

/** What the generated requests came to. */
class Outcome {
  requests = 0;
  readonly byKind: Record<string, number> = {};
  readonly byStatus: Record<number, number> = {};
  slowest = { millis: 0, what: '' };
  faults = 0;
  hangs = 0;
  undocumented = 0;
  tellsOfInside = 0;
}

async function generate(section: Section, stand: Stand): Promise<void> {
  const { url } = stand.service;
  const document = await loadDocument(sender(url, null));
  const outcome = new Outcome();
  const check = answerChecker();
  const total = section.size(REQUESTS);
  for (let block = 0; outcome.requests < total; block++) {
    const business = await makeBusiness({ url, sql: stand.sql });
    const ids = await idsOf(business);
    const size = Math.min(BLOCK, total - outcome.requests);
    const cases = casesOf(document, ids, size, section.options.seed * 10_000 + block).values();
    const caller = async () => {
      for (const one of cases) await tryOne(section, outcome, check, business, one);
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    if (block % 10 === 9) section.tell(`${number(outcome.requests)} requests`);
  }
  section.tally.requests += outcome.requests;
  section.tally.otherFaults += outcome.faults;
  section.kept.raw.generated = outcome;
  describeGenerated(section, outcome);
}

/** What paths are filled with: records that are there, some of which may be deleted or merged on the way. */
async function idsOf(business: TestBusiness): Promise<Ids> {
  const { send } = business;
  const made = await send('PUT', '/customers/batch', {
    customers: Array.from({ length: 30 }, (_, n) => ({ name: `Person ${n}`, phone: `+6141200${1000 + n}` })),
  });
  const customers = made.body.items.map(({ customer }) => customer.id);
  const keys = await Promise.all([business.addKey({}), business.addKey({})]);
  return { customers, locations: [business.locationId], 'api-keys': keys.map(({ id }) => id) };
}

async function tryOne(
  section: Section,
  outcome: Outcome,
  check: ReturnType<typeof answerChecker>,
  business: TestBusiness,
  { kind, operation, method, path, body, headers, expected }: Case,
): Promise<void> {
  const what = `${kind} ${method} ${path.slice(0, 200)} ${JSON.stringify(headers)} ${String(body ?? '').slice(0, 300)}`;
  const start = performance.now();
  const answer = await Promise.race([
    business.send(method, path, body, { headers }).catch((error: Error) => error),
    sleep(PATIENCE_MS, 'hangs' as const, { ref: false }),
  ]);
  const millis = performance.now() - start;
  outcome.requests++;
  outcome.byKind[kind] = (outcome.byKind[kind] ?? 0) + 1;
  if (millis > outcome.slowest.millis) outcome.slowest = { millis, what };
  const tell = (count: number, problem: string) => {
    if (count <= SHOWN) section.failed(what, problem);
  };
  if (answer === 'hangs') return tell(++outcome.hangs, `no answer within ${PATIENCE_MS} ms`);
  if (answer instanceof Error) return tell(++outcome.hangs, `no answer: ${answer.cause ?? answer.message}`);
  outcome.byStatus[answer.status] = (outcome.byStatus[answer.status] ?? 0) + 1;
  if (answer.status >= 500) return tell(++outcome.faults, `${answer.status} ${answer.text.slice(0, 300)}`);
  // A URL longer than all headers may be is refused before it is a request.
  if (answer.status === 431 && answer.body?.code === 'invalid_request') return;
  const problem = answer.status < 400 ? null : notARefusal(answer, expected);
  if (problem?.includes('inside')) return tell(++outcome.tellsOfInside, problem);
  // A client makes /customers/export of /customers/./export: another operation answers.
  const isElsewhere = answer.body?.code === 'route_not_found' || isAnotherPath(path);
  const mismatch = problem ?? (expected && answer.status < 400 ? `taken: ${answer.status}` : null);
  const undocumented = mismatch ?? (isElsewhere ? null : check(operation, answer));
  if (undocumented) tell(++outcome.undocumented, undocumented);
}

const isAnotherPath = (path: string): boolean => /\/(\.|%2e){1,2}(\/|$)/i.test(path.split('?')[0]!);

function describeGenerated(section: Section, outcome: Outcome): void {
  const { requests, byKind, byStatus, slowest, faults, hangs, undocumented, tellsOfInside } = outcome;
  const of = `of ${number(requests)} requests`;
  const counts = (table: Record<string, number>) =>
    Object.entries(table)
      .map(([name, count]) => `${name} ${number(count)}`)
      .join(', ');
  section.done(
    `${number(requests)} requests made from the OpenAPI document of the service, by chance that comes again: ${counts(
      Object.fromEntries(Object.entries(byKind).map(([kind, count]) => [KINDS[kind]!.what, count])),
    )}.`,
  );
  section.checked(
    'Each answer must come within 5 s and fit the OpenAPI document for its operation and status; a refusal must be the envelope, ' +
      'without a word of SQL, a stack trace or a path; where one constraint was broken, it must be a 422 that names the field.',
  );
  section.found(
    `Answers: ${counts(byStatus)}; the slowest took ${milliseconds(slowest.millis)} (${slowest.what.slice(0, 120)}).`,
  );
  claimAmount(section, 'hostile requests made', LEAST_REQUESTS, requests);
  section.claim('5xx for hostile input', '0', `${faults} ${of}`, faults === 0);
  section.claim('hostile requests without an answer in 5 s', '0', `${hangs} ${of}`, hangs === 0);
  section.claim('answers that tell of the inside', '0', `${tellsOfInside} ${of}`, tellsOfInside === 0);
  section.claim(
    'answers that the OpenAPI document does not describe',
    '0',
    `${undocumented} ${of}`,
    undocumented === 0,
  );
}

/** After all that: still serving, and of a size. */
async function describeLife(section: Section, stand: Stand, memory: Memory): Promise<void> {
  const business = await makeBusiness({ url: stand.service.url, sql: stand.sql });
  const alive = await business.send('PUT', '/customers', { name: 'Ann', phone: '0412 345 678' });
  section.claim('serves as before afterwards', '200', String(alive.status), alive.status === 200);
  const { first, last, most } = memory.told();
  section.kept.raw.memory = memory.samples;
  section.claim(
    'resident memory under hostile input',
    `≤ ${MOST_MIB} MiB`,
    `at most ${number(most)} MiB, ${number(first)} MiB at first, ${number(last)} MiB in the end`,
    most <= MOST_MIB,
  );
}
