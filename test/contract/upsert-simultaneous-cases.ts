/** Rows 11 and 12 of the upsert decision table: many calls at once, through two servers on one database. */
import { expect } from 'vitest';
import type { Answer } from '../harness.ts';
import { stored } from './stored.ts';
import { type Case, fetched, MOBILE, values, type World } from './upsert-case.ts';

export const identicalAtOnce: Case[] = [
  { promise: 'sixty-four callers, one customer', body: { phone: MOBILE, email: 'ann@example.com' } },
  { promise: 'sixty-four callers with a shared number, one customer', body: { phone: '1300 123 456' } },
].map(({ promise, body }) => ({
  promise,
  async check(business) {
    expectOneCreated(await atOnce(business, Array(64).fill({ name: 'Ann Lee', ...body })));
    expect(await stored(business.sql, business.id)).toMatchObject({
      customers: 1,
      events: 1,
      versions: 1,
    });
  },
}));

export const oneKeyInCommon: Case[] = [
  {
    promise: 'two calls, one record that holds the contacts of both',
    async check(business) {
      const answers = await atOnce(business, [
        { phone: MOBILE, email: 'one@example.com' },
        { phone: MOBILE, email: 'two@example.com' },
      ]);
      await expectOneRecord(business, answers, [MOBILE, 'one@example.com', 'two@example.com']);
    },
  },
  {
    promise: 'sixty-four calls with sixteen e-mail addresses, one record that holds them all',
    async check(business) {
      const emails = Array.from({ length: 16 }, (_, i) => `ann${String(i).padStart(2, '0')}@example.com`);
      const bodies = Array.from({ length: 64 }, (_, i) => ({ phone: MOBILE, email: emails[i % 16] }));
      await expectOneRecord(business, await atOnce(business, bodies), [MOBILE, ...emails]);
    },
  },
];

function atOnce(business: World, bodies: object[]): Promise<Answer[]> {
  const sends = [business.send, business.sendElsewhere];
  return Promise.all(bodies.map((body, i) => sends[i % 2]!('PUT', '/customers', body)));
}

function expectOneCreated(answers: Answer[]): void {
  expect(answers.map((answer) => answer.status)).toEqual(Array(answers.length).fill(200));
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  const outcomes = answers.map((answer) => answer.body.upsert.outcome);
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'unchanged')).toHaveLength(answers.length - 1);
}

async function expectOneRecord(business: World, answers: Answer[], contacts: string[]): Promise<void> {
  expect(answers.map((answer) => answer.status)).toEqual(Array(answers.length).fill(200));
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(values(await fetched(business, answers[0]!.body.id))).toEqual(contacts);
  expect((await stored(business.sql, business.id)).customers).toBe(1);
}
