/**
 * Two writes through two servers in the worst order: the second has read what it can when the first is all but committed,
 * and reads the records themselves right after that commit. Locks of the test make it so every time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { upsert, values } from '../contract/upsert-case.ts';
import {
  type Answer,
  type Send,
  sender,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';
import { expectReplayable } from './replay.ts';

const MOBILE = '+61412345678';
const EMAIL = 'eve@clientele.test';

const service = useService();

const elsewhere = useSecondServer(service);

/** Resolves when so many statements of this test's database wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const [locks] = await service.sql`
      select count(*)::int as n
      from pg_locks
      where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`;
    if (locks!.n >= count) return;
    await sleep(5);
  }
}

type Request = (send: Send) => Promise<Answer>;

/** The first request through one server, the second through the other, interleaved as the head of this file says. */
async function interleaved(business: TestBusiness, first: Request, next: Request): Promise<[Answer, Answer]> {
  let commit = () => {};
  const held = service.sql.begin(async (tx) => {
    await tx`lock table events in share mode`;
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  const firstAnswer = first(business.send);
  await waiting(1);
  const queued = service.sql.begin(async (tx) => {
    await tx`lock table customers in access exclusive mode`;
  });
  await waiting(2);
  const nextAnswer = next(sender(elsewhere.url, business.key));
  await waiting(3);
  commit();
  const answers = await Promise.all([firstAnswer, nextAnswer]);
  await Promise.all([held, queued]);
  await expectReplayable(service.sql, business.id);
  return answers;
}

const ofEve: Request = (send) => send('PUT', '/customers', { name: 'Eve', phone: MOBILE, email: EMAIL });

it('a delete while a reference is registered elsewhere is refused', async () => {
  const business = await service.business();
  const { id } = await upsert(business, { name: 'Ann', phone: MOBILE });
  const [put, removed] = await interleaved(
    business,
    (send) => send('PUT', `/customers/${id}/references/booking/1`, { state: 'open' }),
    (send) => send('DELETE', `/customers/${id}`),
  );
  expect(put.status).toBe(200);
  expect(removed).toMatchObject({ status: 409, body: { code: 'delete_blocked' } });
});

it('an upsert while its customer is deleted elsewhere reaches a live customer', async () => {
  const business = await service.business();
  const { id } = await upsert(business, { name: 'Ann', phone: MOBILE });
  const [removed, upserted] = await interleaved(
    business,
    (send) => send('DELETE', `/customers/${id}`),
    ofEve,
  );
  expect([removed.status, upserted.status]).toEqual([200, 200]);
  expect(upserted.body.upsert.outcome).toBe('created');
  const { status, body } = await business.send('GET', `/customers/${upserted.body.id}`);
  expect({ status, name: body.name, email: body.email }).toEqual({ status: 200, name: 'Eve', email: EMAIL });
});

it('an upsert while its customer is merged away elsewhere reaches the survivor', async () => {
  const business = await service.business();
  const a = await upsert(business, { email: 'ann@clientele.test' });
  const b = await upsert(business, { phone: MOBILE });
  const [merged, upserted] = await interleaved(
    business,
    (send) => send('POST', `/customers/${a.id}/merge`, { from: b.id }),
    ofEve,
  );
  expect([merged.status, upserted.status]).toEqual([200, 200]);
  expect(upserted.body.id).toBe(a.id);
  const { body } = await business.send('GET', `/customers/${a.id}`);
  expect(values(body)).toEqual([MOBILE, 'ann@clientele.test', EMAIL]);
});

it('an upsert while its customer gives the phone up elsewhere does not give it back', async () => {
  const business = await service.business();
  const { id } = await upsert(business, { name: 'Ann', phone: MOBILE });
  const [updated, upserted] = await interleaved(
    business,
    (send) => send('PATCH', `/customers/${id}`, { phone: null }),
    ofEve,
  );
  expect([updated.status, upserted.status]).toEqual([200, 200]);
  expect(upserted.body.upsert.outcome).toBe('created');
});

/** Two who are named together by an upsert that changes nothing else, and the first of them erased meanwhile. */
async function namedAndErased() {
  const business = await service.business();
  const a = await upsert(business, { phone: MOBILE });
  await upsert(business, { email: EMAIL });
  const name: Request = (send) => send('PUT', '/customers', { phone: MOBILE, email: EMAIL });
  const erase: Request = (send) => send('POST', `/customers/${a.id}/erase`);
  return { business, name, erase, id: a.id as string };
}

async function expectNoPair(business: TestBusiness): Promise<void> {
  expect(await service.sql`select id from possible_duplicates where business_id = ${business.id}`).toEqual(
    [],
  );
  await expectReplayable(service.sql, business.id);
}

it('a pair is not remembered of somebody who is erased elsewhere while it is written', async () => {
  const { business, name, erase } = await namedAndErased();
  await service.sql.unsafe(`
    create function wait_for_test() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(1);
      return new;
    end $$;
    create trigger wait_for_test before insert on possible_duplicates for each row execute function wait_for_test()`);
  let release = () => {};
  const held = service.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const named = name(business.send);
  await waiting(1);
  const erased = erase(sender(elsewhere.url, business.key));
  await Promise.race([erased, waiting(2)]);
  release();
  const answers = await Promise.all([named, erased, held]);
  await service.sql`drop trigger wait_for_test on possible_duplicates`;
  expect(answers.slice(0, 2).map((answer) => answer?.status)).toEqual([200, 200]);
  expect(answers[0].body.upsert).toMatchObject({ outcome: 'unchanged', conflicts: [{}] });
  await expectNoPair(business);
});

it('nor of somebody whose erase was all but committed when it was planned', async () => {
  const { business, name, erase, id } = await namedAndErased();
  let commit = () => {};
  const held = service.sql.begin(async (tx) => {
    await tx`lock table duplicate_keys in share mode`;
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  const erased = erase(business.send);
  await waiting(1);
  const named = name(sender(elsewhere.url, business.key));
  await Promise.race([named, waiting(2)]);
  commit();
  const answers = await Promise.all([erased, named, held]);
  expect(answers.slice(0, 2).map((answer) => answer?.status)).toEqual([200, 200]);
  expect(answers[1].body).toMatchObject({ id, upsert: { outcome: 'unchanged' } });
  await expectNoPair(business);
});
