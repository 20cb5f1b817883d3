/** How many keys that a process does not know yet are looked up at a time: a flood of them does not fill the line to the database. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import { ApiError } from '../../src/http/errors.ts';
import { Authentication, MOST_LOOKUPS } from '../../src/tenancy/authentication.ts';
import { FailedAttempts } from '../../src/tenancy/failed-attempts.ts';
import { makeKey, makeSessionToken } from '../../src/tenancy/key.ts';

const BUSINESS = randomUUID();
const from = () => '127.0.0.1';

/** A database that answers when it is told to: each statement in the order it was sent. */
function slowDatabase() {
  const waiting: ((rows: object[]) => void)[] = [];
  const sql = () => new Promise<object[]>((done) => waiting.push(done));
  return { sql: sql as unknown as Sql, waiting };
}

const ROW = {
  id: randomUUID(),
  name: 'a key',
  location_id: null,
  scopes: [],
  settings: {},
  location_country: null,
  locations: [],
  expires_at: null,
  revoked_at: null,
};

/** What came of asking: `let in`, or the code of the refusal. */
const outcome = async (asking: () => unknown): Promise<string> => {
  try {
    await asking();
    return 'let in';
  } catch (error) {
    return (error as ApiError).code;
  }
};

it.each([
  ['keys', (door: Authentication) => door.authenticate(`Bearer ${makeKey(BUSINESS)}`, from)],
  ['sessions', (door: Authentication) => door.authenticateSession(makeSessionToken(BUSINESS), from)],
])(
  '%s: so many at a time, one more is told to come again, and is let in when another was found',
  async (_what, ask) => {
    const { sql, waiting } = slowDatabase();
    const door = new Authentication(sql, new FailedAttempts(0));
    const known = `Bearer ${makeKey(BUSINESS)}`;
    const first = outcome(() => door.authenticate(known, from));
    waiting.shift()!([ROW]);
    expect(await first).toBe('let in');

    const asked = Array.from({ length: MOST_LOOKUPS }, () => outcome(() => ask(door)));
    expect(waiting).toHaveLength(MOST_LOOKUPS);
    const refused = await Promise.resolve(ask(door)).catch((error) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect([refused.status, refused.code, waiting.length]).toEqual([503, 'overloaded', MOST_LOOKUPS]);
    // Who is known already has no part in it, also when it is to be looked at again.
    door.forget();
    const again = outcome(() => door.authenticate(known, from));
    expect(waiting).toHaveLength(MOST_LOOKUPS + 1);
    waiting.pop()!([ROW]);
    expect(await again).toBe('let in');

    waiting.shift()!([ROW]);
    expect(await asked[0]).toBe('let in');
    const next = outcome(() => ask(door));
    expect(waiting, 'the place of the one that was found').toHaveLength(MOST_LOOKUPS);
    for (const answer of waiting.splice(0)) answer([]);
    expect(await next).toBe('unauthorized');
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['let in', 'unauthorized']));
  },
);
