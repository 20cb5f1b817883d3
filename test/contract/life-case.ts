/** What the tests of a record's life have in common: two people, and looks at what they became. */
import { expect } from 'vitest';
import type { Answer, Body, TestBusiness } from '../harness.ts';

/** A customer made by create, which merges with nobody. */
export async function made(business: TestBusiness, body: object): Promise<Body> {
  const answer = await business.send('POST', '/customers', body);
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body;
}

/** Sends and expects success; answers the body. */
export async function done(sent: Promise<Answer>): Promise<Body> {
  const answer = await sent;
  expect(answer.success, answer.text).toBe(true);
  return answer.body;
}

/** The record without what every write moves on. */
export function content({ version: _version, updated_at: _at, ...rest }: Body): Partial<Body> {
  const { upsert: _upsert, warnings: _warnings, ...record } = rest;
  return record;
}

export const merge = (business: TestBusiness, into: string, from: string, query = '') =>
  business.send('POST', `/customers/${into}/merge${query}`, { from });

export const unmerge = (business: TestBusiness, into: string, from: string, query = '') =>
  business.send('POST', `/customers/${into}/unmerge${query}`, { from });

export const events = async (business: TestBusiness, id: string) =>
  (await done(business.send('GET', `/customers/${id}/events?limit=100`))).items;

export async function erase(business: TestBusiness, id: string) {
  const answer = await business.send('POST', `/customers/${id}/erase`);
  expect(answer, answer.text).toMatchObject({ status: 200, message: 'Customer erased.', body: { id } });
}
