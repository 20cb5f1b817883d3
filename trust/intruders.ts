/** Who tries to look into a business: the credentials they hold, the ways in which they ask, and what they ask for. */
import { randomUUID } from 'node:crypto';
import { COOKIE } from '../src/http/session-cookie.ts';
import { SCOPES } from '../src/tenancy/authentication.ts';
import { makeKey, makeSessionToken } from '../src/tenancy/key.ts';
import type { TestBusiness } from '../test/business.ts';
import { type Send, sender } from '../test/client.ts';
import { neverExisted, SECRET, type Victim } from '../test/isolation/victim.ts';

/** A credential and what goes with each request. */
export interface Way {
  name: string;
  send: Send;
}

export interface Intruder {
  name: string;
  /** A customer of its own, for places within a record. */
  own: { customerId: string };
  ways: Way[];
  /** For one of the same business: the location that it may write to. */
  exceptLocation?: string;
}

/** One request with something of the victim's in it, made of another thing of the kind that is nobody's. */
export interface Position {
  name: string;
  theirs: string;
  nobodys: string;
  /** True where the intruder writes for itself: ids and times are new each time. */
  isWrite: boolean;
  request(one: string): Parameters<Send>;
}

/** Another business: with a key of all of it, a key of one location, and the cookie of the console. */
export async function strangersOf(url: string, business: TestBusiness): Promise<Intruder[]> {
  const own = await customerOf(business.send);
  const bound = await business.addKey({ scopes: [...SCOPES], location_id: business.locationId });
  return [
    { name: 'another business', own, ways: waysOf(business.send) },
    { name: 'another business, one location', own, ways: waysOf(bound.send) },
    { name: 'another business, by cookie', own, ways: [await byCookie(url, business.key)] },
  ];
}

/** Another location of the same business. */
export async function neighboursOf(url: string, { business }: Victim): Promise<Intruder[]> {
  const exceptLocation = await business.addLocation();
  const { key, send } = await business.addKey({ scopes: [...SCOPES], location_id: exceptLocation });
  const own = await customerOf(send);
  return [
    { name: 'another location', own, ways: waysOf(send), exceptLocation },
    { name: 'another location, by cookie', own, ways: [await byCookie(url, key)], exceptLocation },
  ];
}

const customerOf = async (send: Send) => ({
  customerId: (await send('POST', '/customers', { name: 'Own' })).body.id,
});

function waysOf(send: Send): Way[] {
  const withHeader =
    (name: string, value: () => string): Send =>
    (method, path, body, { headers = {}, ...options } = {}) =>
      send(method, path, body, { ...options, headers: { [name]: value(), ...headers } });
  return [
    { name: 'plain', send },
    { name: 'with If-Match', send: withHeader('if-match', () => '"1"') },
    { name: 'with an Idempotency-Key', send: withHeader('idempotency-key', randomUUID) },
  ];
}

/** As the console sends it. */
async function byCookie(url: string, key: string): Promise<Way> {
  const send = sender(url, null);
  const { headers } = await send('POST', '/session', { key });
  const cookie = headers.get('set-cookie')!.split(';')[0]!;
  const asConsole: Send = (method, path, body, options) =>
    send(method, path, body, { headers: { cookie, 'x-clientele-console': '1', ...options?.headers } });
  return { name: 'plain', send: asConsole };
}

/** What is no id in a place: the victim's Idempotency-Key, credentials made for its business, its people's details. */
export async function positionsOf({ business }: Victim): Promise<Position[]> {
  const key = `kept-${randomUUID()}`;
  const kept = { name: 'Kept' };
  await business.send('POST', '/customers', kept, { headers: { 'idempotency-key': key } });
  const email = `${SECRET}1@victim.test`.toLowerCase();
  const details = { name: 'Own', email };
  const nobody = neverExisted(business.id);
  const searched = ['q', 'tag', 'source'].flatMap((field): Position[] =>
    [SECRET, 'victim.test', '0412000001', email].map((word) => ({
      name: `${field}=${word}`,
      theirs: word,
      nobodys: word.replace(/[a-z](?=\w*$)|\d$/i, (sign) => (/\d/.test(sign) ? '9' : 'q')),
      isWrite: true,
      request: (one) => ['GET', `/customers?${field}=${encodeURIComponent(one)}`],
    })),
  );
  const written = [
    ['POST', '/customers'],
    ['PUT', '/customers'],
  ].flatMap(([method, path]): Position[] => [
    {
      name: `e-mail address of ${method} ${path}`,
      theirs: email,
      nobodys: `${SECRET}9@victim.test`.toLowerCase(),
      isWrite: true,
      request: (one) => [method!, `${path}?dry_run=true`, { ...details, email: one }],
    },
    {
      name: `phone number of ${method} ${path}`,
      theirs: '+61412000001',
      nobodys: '+61412000009',
      isWrite: true,
      request: (one) => [method!, `${path}?dry_run=true`, { name: 'Own', phone: one }],
    },
  ]);
  return [
    {
      name: 'Idempotency-Key',
      theirs: key,
      nobodys: neverExisted(key),
      isWrite: true,
      request: (one) => ['POST', '/customers', kept, { headers: { 'idempotency-key': one } }],
    },
    {
      name: 'API key for its business',
      theirs: makeKey(business.id),
      nobodys: makeKey(nobody),
      isWrite: false,
      request: (one) => ['GET', '/customers', undefined, { headers: { authorization: `Bearer ${one}` } }],
    },
    {
      name: 'session cookie for its business',
      theirs: makeSessionToken(business.id),
      nobodys: makeSessionToken(nobody),
      isWrite: false,
      request: (one) => [
        'GET',
        '/customers',
        undefined,
        { key: null, headers: { cookie: `${COOKIE}=${one}` } },
      ],
    },
    ...searched,
    ...written,
  ];
}
