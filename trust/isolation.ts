/** Whoever holds a key of one business, or of one location, tries every place where an id of another can stand. */
import { COOKIE } from '../src/http/session-cookie.ts';
import { SCOPES } from '../src/tenancy/authentication.ts';
import { makeKey, makeSessionToken } from '../src/tenancy/key.ts';
import { makeBusiness } from '../test/business.ts';
import { API, type Send, sender } from '../test/client.ts';
import { type Document, loadDocument } from '../test/http/document.ts';
import { operationsIn, unlisted } from '../test/isolation/places.ts';
import { type Operation, type Probe, probesOf } from '../test/isolation/positions.ts';
import { shown, without } from '../test/isolation/shown.ts';
import { dump, makeVictim, neverExisted, SECRET, type Victim } from '../test/isolation/victim.ts';
import { claimAmount } from './evidence.ts';
import { type Intruder, neighboursOf, type Position, positionsOf, strangersOf } from './intruders.ts';
import { number } from './report.ts';
import { Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';
import { type Kinds, type Request, THRESHOLD, type Timed, timed } from './timing.ts';

/** Attempts are victims × intruders × ways to ask × places, about seven hundred for each victim. */
const VICTIMS = { smoke: 1, small: 2, full: 16 };
/** Of each of two kinds, for each operation. */
const SAMPLES = { smoke: 8, small: 300, full: 2_000 };
const LEAST_ATTEMPTS = 10_000;
const LEAST_SAMPLES = 2_000;
const SHOWN = 10;

export const isolation: Theme = {
  name: 'isolation',
  title: 'Isolation',
  what: ({ scale }) =>
    `ids of ${VICTIMS[scale]} businesses in every place by others, ${SAMPLES[scale]} timings of each operation`,
  estimate: ({ scale }) => 8 + VICTIMS[scale] * 6 + SAMPLES[scale] / 8,
  async run(section) {
    // Every attempt is looked at, not the limit of those with a wrong key.
    const stand = await Stand.open(section, { env: { CLIENTELE_FAILED_RATE: '0' } });
    try {
      const document = await loadDocument(sender(stand.service.url, null));
      claimPlaces(section, document);
      const looks: Looks = { all: 0, inVain: 0 };
      await attack(section, stand, operationsIn(document), looks);
      await compareTimes(section, stand, looks);
      claimLooks(section, looks);
    } finally {
      await stand.close();
    }
  },
};

function claimPlaces(section: Section, document: Document): void {
  const missing = unlisted(document);
  const isWhole = missing.length === 0;
  section.claim(
    'places of ids in the OpenAPI document that are not attacked',
    '0',
    number(missing.length),
    isWhole,
    missing.join(', '),
  );
}

/** Looks of intruders at what is their own, and those at which they were not shown it. */
interface Looks {
  all: number;
  inVain: number;
}

/** A credential that opens nothing at all would be refused everywhere alike: it must open what is its holder's own. */
async function lookAtOwn(
  section: Section,
  looks: Looks,
  { name, ways, own }: Pick<Intruder, 'name' | 'ways' | 'own'>,
): Promise<void> {
  for (const way of ways) {
    const { status, body } = await way.send('GET', `/customers/${own.customerId}`);
    looks.all++;
    if (status === 200 && body.id === own.customerId) continue;
    looks.inVain++;
    section.failed(`${name}, ${way.name}`, `a look at its own customer was answered ${status}`);
  }
}

function claimLooks(section: Section, { all, inVain }: Looks): void {
  section.tally.requests += all;
  section.claim(
    'intruders who are not shown what is their own',
    '0',
    `${number(inVain)} of ${number(all)} looks, before and after the attempts`,
    all > 0 && inVain === 0,
  );
}

/** What the attempts came to. */
interface Outcome {
  attempts: number;
  different: number;
  disclosures: number;
  changed: number;
}

async function attack(section: Section, stand: Stand, operations: Operation[], looks: Looks): Promise<void> {
  const outcome: Outcome = { attempts: 0, different: 0, disclosures: 0, changed: 0 };
  const probes = probesOf(operations);
  const place = { url: stand.service.url, sql: stand.sql };
  const victims = section.size(VICTIMS);
  for (let n = 1; n <= victims; n++) {
    const victim = await makeVictim(await makeBusiness(place));
    const positions = await positionsOf(victim);
    const intruders = [
      ...(await strangersOf(place.url, await makeBusiness(place))),
      ...(await neighboursOf(place.url, victim)),
    ];
    for (const intruder of intruders) {
      const { name, ways, own, exceptLocation } = intruder;
      const all = [...probes.map((probe) => positionOf(probe, victim, own)), ...positions];
      await lookAtOwn(section, looks, intruder);
      const before = await dump(stand.sql, victim.business.id, exceptLocation);
      for (const way of ways)
        for (const position of all)
          await attempt(section, outcome, `${name}, ${way.name}: ${position.name}`, position, way.send);
      const after = await dump(stand.sql, victim.business.id, exceptLocation);
      await lookAtOwn(section, looks, intruder);
      if (after === before) continue;
      outcome.changed++;
      section.failed(`victim ${n}`, `${name} has changed a row of it: ${tablesThatDiffer(before, after)}`);
    }
  }
  section.tally.requests += 2 * outcome.attempts;
  section.kept.raw.attempts = outcome;
  describe(section, outcome, probes.length);
}

/** Importing under somebody's import_id is a write of one's own. */
const positionOf = (
  { name, kind, request }: Probe,
  { ids }: Victim,
  own: { customerId: string },
): Position => ({
  name,
  theirs: ids[kind],
  nobodys: neverExisted(ids[kind]),
  isWrite: /import_id of the query/.test(name),
  request(one) {
    const { method, path, body } = request(one, own);
    return [method, path, body];
  },
});

/** One attempt and the same with an id that never existed, whose answer must be the same. */
async function attempt(
  section: Section,
  outcome: Outcome,
  name: string,
  { theirs, nobodys, isWrite, request }: Position,
  send: Send,
): Promise<void> {
  const answer = await send(...request(theirs));
  const unknown = await send(...request(nobodys));
  outcome.attempts++;
  if (answer.status >= 500) section.tally.otherFaults++;
  const [is, mayBe] = [shown(answer, theirs, isWrite), shown(unknown, nobodys, isWrite)];
  if (is !== mayBe) {
    outcome.different++;
    if (outcome.different <= SHOWN) section.failed(name, `answered ${is} instead of ${mayBe}`);
  }
  if (without(theirs, answer.text).toLowerCase().includes(SECRET.toLowerCase())) {
    outcome.disclosures++;
    if (outcome.disclosures <= SHOWN)
      section.failed(name, `tells of the other: ${answer.text.slice(0, 300)}`);
  }
}

/** In which tables; what stands in the rows is nobody's business. */
function tablesThatDiffer(before: string, after: string): string {
  const [was, is] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const lines = [...was].filter((line) => !is.has(line)).concat([...is].filter((line) => !was.has(line)));
  return [...new Set(lines.map((line) => line.split(' ')[0]))].join(', ');
}

function describe(
  section: Section,
  { attempts, different, disclosures, changed }: Outcome,
  places: number,
): void {
  const victims = section.size(VICTIMS);
  section.done(
    `${number(attempts)} attempts with ids, cursors, references, imports, keys and contact details of ${victims} businesses in each ` +
      `of ${places} places of a request where an id can stand, in Idempotency-Key, Authorization and Cookie, and in searches: by ` +
      'another business, with a key of all of it, of one location, and with the cookie of the console; by a key and a cookie of ' +
      'another location of the same business.',
  );
  section.checked(
    'Each attempt is sent again with an id that never existed: status, headers and body must be the same. No answer may hold a ' +
      'word of the other. All rows of the attacked business, in all tables but that of what keys were used for, are the same before ' +
      'and after. Each credential opens a customer of its holder, before and after. The limit of wrong keys by address is off.',
  );
  claimAmount(section, 'attempts at what is of others', LEAST_ATTEMPTS, attempts);
  const of = `of ${number(attempts)} attempts`;
  section.claim(
    "others' ids answered otherwise than unknown ones",
    '0',
    `${different} ${of}`,
    different === 0,
  );
  section.claim('answers that tell of others', '0', `${disclosures} ${of}`, disclosures === 0);
  section.claim('businesses that others changed', '0', `${changed} of ${victims}`, changed === 0);
}

/** What of a victim others ask for: its ids, and the address of one of its customers. */
type Asked = Victim['ids'] & { email: string };

const TIMED: { name: string; request(asked: Asked, own: string): [string, string, unknown?] }[] = [
  { name: 'get', request: ({ customer }) => ['GET', `/customers/${customer}`] },
  {
    name: 'get as it was',
    request: ({ customer }) => ['GET', `/customers/${customer}?at=${new Date().toISOString()}`],
  },
  {
    name: 'update',
    request: ({ customer }) => ['PATCH', `/customers/${customer}`, { company_name: 'Own' }],
  },
  { name: 'delete', request: ({ customer }) => ['DELETE', `/customers/${customer}`] },
  { name: 'restore', request: ({ customer }) => ['POST', `/customers/${customer}/restore`] },
  { name: 'erase', request: ({ customer }) => ['POST', `/customers/${customer}/erase`] },
  { name: 'merge', request: ({ customer }, own) => ['POST', `/customers/${own}/merge`, { from: customer }] },
  {
    name: 'unmerge',
    request: ({ customer }, own) => ['POST', `/customers/${own}/unmerge`, { from: customer }],
  },
  {
    name: 'legal hold',
    request: ({ customer }) => ['PUT', `/customers/${customer}/legal-hold`, { reason: 'Claim' }],
  },
  { name: 'events', request: ({ customer }) => ['GET', `/customers/${customer}/events`] },
  { name: 'export of one', request: ({ customer }) => ['GET', `/customers/${customer}/export`] },
  { name: 'references', request: ({ customer }) => ['GET', `/customers/${customer}/references`] },
  {
    name: 'reference',
    request: ({ customer }) => ['PUT', `/customers/${customer}/references/booking/1`, { state: 'open' }],
  },
  { name: 'dismiss', request: ({ duplicate }) => ['POST', `/duplicates/${duplicate}/dismiss`] },
  { name: 'undo', request: ({ import: id }) => ['POST', `/imports/${id}/undo`] },
  { name: 'list', request: ({ list_cursor }) => ['GET', `/customers?cursor=${list_cursor}`] },
  { name: 'export', request: ({ location }) => ['GET', `/customers/export?location_id=${location}`] },
  { name: 'location', request: ({ location }) => ['GET', `/locations/${location}`] },
  {
    name: 'change a location',
    request: ({ location }) => ['PATCH', `/locations/${location}`, { name: 'Own' }],
  },
  { name: 'feed', request: ({ feed_cursor }) => ['GET', `/events?after=${feed_cursor}`] },
  { name: 'list of an import', request: ({ import: id }) => ['GET', `/customers?import_id=${id}`] },
  {
    name: 'create at a location',
    request: ({ location }) => ['POST', '/customers?dry_run=true', { name: 'Own', location_id: location }],
  },
  {
    name: 'batch at a location',
    request: ({ location }) => [
      'PUT',
      '/customers/batch?dry_run=true',
      { customers: [{ email: 'own@clientele.test', location_id: location }] },
    ],
  },
  { name: 'uses of a key', request: ({ api_key }) => ['GET', `/api-keys/${api_key}/uses`] },
  {
    name: 'rotate a key',
    request: ({ api_key }) => ['POST', `/api-keys/${api_key}/rotate`, { overlap_seconds: 60 }],
  },
  { name: 'revoke a key', request: ({ api_key }) => ['DELETE', `/api-keys/${api_key}`] },
  {
    name: 'upsert',
    // A dry run looks for the same, and makes nothing that the next one would find.
    request: ({ email }) => ['PUT', '/customers?dry_run=true', { name: 'Own', email }],
  },
];

/** Can an id that exists elsewhere be told by the time that its refusal takes? */
async function compareTimes(section: Section, stand: Stand, looks: Looks): Promise<void> {
  const place = { url: stand.service.url, sql: stand.sql };
  const victim = await makeVictim(await makeBusiness(place));
  const emailOf = (n: number) => `${SECRET}${n}@victim.test`.toLowerCase();
  const theirs: Asked = { ...victim.ids, email: emailOf(1) };
  const nobodys = Object.fromEntries(
    Object.entries(victim.ids).map(([kind, id]) => [kind, neverExisted(id)]),
  ) as Victim['ids'];
  const nobody: Asked = { ...nobodys, email: emailOf(9) };
  const stranger = await makeBusiness(place);
  const location_id = await victim.business.addLocation();
  const neighbour = await victim.business.addKey({ location_id, scopes: [...SCOPES] });
  const results: Timed[] = [];
  const time = async (name: string, ...kinds: Kinds) =>
    void results.push(await timed(place.url, name, kinds, section.size(SAMPLES), section.chance));
  for (const { name: who, key, send } of [
    { name: 'another business', ...stranger },
    { name: 'another location', ...neighbour },
  ]) {
    const own = (await send('POST', '/customers', { name: 'Own' })).body.id;
    const intruder = { name: `${who}, timed`, own: { customerId: own }, ways: [{ name: 'plain', send }] };
    await lookAtOwn(section, looks, intruder);
    for (const { name, request } of TIMED) {
      const [one, other] = [theirs, nobody].map((asked) => toRequest(key, request(asked, own)));
      await time(
        `${name}, ${who}`,
        () => one!,
        () => other!,
      );
    }
    await lookAtOwn(section, looks, intruder);
  }
  // Another key each time: what is known to be wrong is not looked up again.
  const wrongKey = (businessId: string) => toRequest(makeKey(businessId), ['GET', '/locations']);
  const { id } = victim.business;
  await time(
    'wrong key',
    () => wrongKey(id),
    () => wrongKey(neverExisted(id)),
  );
  const wrongCookie = (businessId: string): Request => ({
    method: 'GET',
    path: `${API}/locations`,
    headers: { cookie: `${COOKIE}=${makeSessionToken(businessId)}` },
  });
  await time(
    'wrong session cookie',
    () => wrongCookie(id),
    () => wrongCookie(neverExisted(id)),
  );
  section.tally.requests += 2 * results.length * section.size(SAMPLES);
  describeTimes(section, results);
}

const toRequest = (key: string, [method, path, body]: [string, string, unknown?]): Request => ({
  method,
  path: API + path,
  headers: {
    authorization: `Bearer ${key}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  },
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

function describeTimes(section: Section, results: Timed[]): void {
  section.kept.raw.times = results;
  const told = results.filter(({ t }) => t >= THRESHOLD);
  const worst = results.toSorted((a, b) => b.t - a.t)[0]!;
  for (const { operation, t, theirs, nobodys } of results)
    section.tell(
      `${operation.padEnd(32)} t ${t.toFixed(1).padStart(5)}, ${theirs.toFixed(0)} µs against ${nobodys.toFixed(0)} µs`,
    );
  section.done(
    `${results.length} operations timed ${number(section.size(SAMPLES))} times each with an id, an address or a business of the other and ` +
      'as often with one that never existed, in an order made by chance, over one connection.',
  );
  section.checked(
    `Welch's t of the two kinds, of all times and without the slowest 5 and 20 %, stays below ${THRESHOLD} (the practice of dudect).`,
  );
  claimAmount(
    section,
    'timings of each kind, for each operation',
    LEAST_SAMPLES,
    Math.min(...results.map(({ samples }) => samples)),
  );
  section.claim(
    'operations whose time tells an id of others from one that never existed',
    '0',
    `${told.length} of ${results.length}, largest |t| ${worst.t.toFixed(1)} (${worst.operation})`,
    // So few samples say nothing.
    section.options.scale === 'smoke' ? null : told.length === 0,
    section.options.scale === 'smoke' ? 'too few samples' : told.map(({ operation }) => operation).join('; '),
  );
}
