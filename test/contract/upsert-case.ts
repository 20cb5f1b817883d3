/** One case of the upsert decision table, and what the cases have in common. */
import { expect } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import type { Body, Send, TestBusiness } from '../harness.ts';

/** A business of its own, and the looks behind the API that a case may need. */
export interface World extends TestBusiness {
  sql: Sql;
  /** Sends as the same key to a second server on the same database, as another process is. */
  sendElsewhere: Send;
}

export interface Case {
  promise: string;
  check(world: World): Promise<void>;
}

export const MOBILE = '+61412345678';
export const OTHER_MOBILE = '+61498765432';
export const LANDLINE = '+61293744000';

/** Upserts and expects success. */
export const upsert = async ({ send }: TestBusiness, body: object): Promise<Body> => {
  const answer = await send('PUT', '/customers', body);
  expect(answer).toMatchObject({ status: 200, success: true, message: 'Customer upserted!' });
  return answer.body;
};

export const fetched = async ({ send }: TestBusiness, id: string): Promise<Body> =>
  (await send('GET', `/customers/${id}`)).body;

export const values = (record: Body): string[] => record.contacts.map((contact) => contact.value).sort();

export const primaries = (record: Body): string[] =>
  record.contacts
    .filter((contact) => contact.is_primary)
    .map((contact) => contact.value)
    .sort();
