/** Whatever is sent to an operation, its answer is one that the OpenAPI document describes for it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, pathWith, type TestBusiness, useService } from '../harness.ts';
import { fitting, missing } from './arbitrary.ts';
import {
  answerChecker,
  type Document,
  loadDocument,
  operationsOf,
  type Placed,
  schemaOf,
} from './document.ts';

const RUNS = 40;

const service = useService();
const check = answerChecker();
let document: Document;
let business: TestBusiness;
let ids: Record<string, string[]>;

beforeAll(async () => {
  document = await loadDocument(service.send);
  business = await service.business();
  const one = await business.send('PUT', '/customers', { phone: '0412 345 678', name: 'Ann' });
  const two = await business.send('PUT', '/customers', { email: 'ann@clientele.test' });
  const key = await business.addKey({});
  const doomed = await Promise.all(
    Array.from({ length: 12 }, (_, i) => business.send('POST', '/customers', { name: `Doomed ${i}` })),
  );
  ids = {
    doomed: doomed.map(({ body }) => body.id),
    customers: [one.body.id, two.body.id],
    locations: [business.locationId],
    'api-keys': [key.id],
  };
});

/** Sends one request of an operation: its path filled with an id, its parameters and its body. */
async function send(
  { method, path }: Placed,
  id: string,
  query: Record<string, unknown>,
  body?: unknown,
): Promise<Answer> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one));
  const target = pathWith(path.replace('/api/v2', ''), encodeURIComponent(id));
  return await business.send(method, `${target}?${parameters}`, body);
}

/** What is deleted, erased or merged away is nobody whom other operations need. */
const place = ({ operationId }: Placed['operation'], path: string) =>
  /^(delete|erase|merge)Customer/.test(operationId) ? 'doomed' : path.split('/')[3]!;

/** Ids that exist, one that does not, and a text that is none. */
const idsOf = ({ operation, path }: Placed) =>
  fc.constantFrom(...(ids[place(operation, path)] ?? []), '01900000-0000-7000-8000-000000000000', 'no-id');

const queryOf = ({ operation }: Placed) => {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  // A cursor that fits is a cursor that was given out, and waiting takes its time: they have tests of their own.
  const fields = parameters
    .filter(({ name }) => !['cursor', 'after', 'wait'].includes(name))
    .map(({ name, schema }) => [name, fitting(schema, name)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
};

/** Every operation once more for each test; keys that would be revoked or rotated are left alone by their ids. */
async function forAll(
  filter: (placed: Placed) => boolean,
  property: (placed: Placed) => fc.IAsyncPropertyWithHooks<never> | fc.IAsyncProperty<never>,
): Promise<void> {
  const chosen = operationsOf(document).filter(filter);
  expect(chosen.length).toBeGreaterThan(3);
  for (const placed of chosen) {
    // Each run of this one goes through two thousand customers.
    const isSlow = placed.operation.operationId === 'addDemoCustomers';
    await fc.assert(property(placed), { numRuns: isSlow ? 3 : RUNS });
  }
}

describe('every operation', () => {
  it('answers what is documented to input that fits its schemas', async () => {
    await forAll(
      () => true,
      (placed) => {
        const schema = schemaOf(placed.operation.requestBody);
        return fc.asyncProperty(
          idsOf(placed),
          queryOf(placed),
          schema ? fitting(schema) : fc.constant(undefined),
          async (id, query, body) => {
            const answer = await send(placed, id, query, body);
            expect(answer.status, answer.text).toBeLessThan(500);
            expect(check(placed.operation, answer)).toBeNull();
          },
        ) as never;
      },
    );
  });

  it('refuses a body that misses its schema in one field, and names the field', async () => {
    await forAll(
      ({ operation }) => schemaOf(operation.requestBody) !== undefined,
      (placed) =>
        fc.asyncProperty(
          idsOf(placed),
          missing(schemaOf(placed.operation.requestBody)!),
          async (id, { body, field }) => {
            const answer = await send(placed, id, {}, body);
            expect(answer.status, answer.text).toBe(422);
            expect(answer.body.errors.map((error) => error.field.split('/')[0])).toContain(field);
            expect(check(placed.operation, answer)).toBeNull();
          },
        ) as never,
    );
  });

  it('refuses a query that misses its schema in one parameter, and names the parameter', async () => {
    await forAll(
      ({ operation }) => operation.parameters?.some((parameter) => parameter.in === 'query') ?? false,
      (placed) => {
        const names = placed.operation.parameters!.filter(
          (parameter) => parameter.in === 'query' && parameter.name !== 'q',
        );
        const misses = [
          ...names
            .filter(
              ({ schema }) =>
                (schema.type !== 'array' && schema.type !== 'string') || schema.format || schema.enum,
            )
            .map(({ name }) => ({ name, value: 'no such value' })),
          ...names.map(({ name }) => ({ name, value: 'x'.repeat(2_100) })),
          { name: 'no_such_parameter', value: '1' },
        ];
        const schema = schemaOf(placed.operation.requestBody);
        return fc.asyncProperty(
          queryOf(placed),
          fc.constantFrom(...misses),
          schema ? fitting(schema) : fc.constant(undefined),
          async (query, { name, value }, body) => {
            const answer = await send(placed, ids.customers![0]!, { ...query, [name]: value }, body);
            expect(answer.status, answer.text).toBe(422);
            expect(answer.body.errors.map((error) => error.field.split('/')[0])).toContain(name);
            expect(check(placed.operation, answer)).toBeNull();
          },
        ) as never;
      },
    );
  });

  it('answers what is documented to any JSON at all', async () => {
    await forAll(
      ({ operation }) => operation.requestBody !== undefined,
      (placed) =>
        fc.asyncProperty(idsOf(placed), fc.json({ stringUnit: 'binary' }), async (id, body) => {
          const answer = await send(placed, id, {}, body);
          expect(answer.status, answer.text).toBeLessThan(500);
          expect(check(placed.operation, answer)).toBeNull();
        }) as never,
    );
  });

  it('answers what is documented to a body of another kind, also where none is wanted', async () => {
    for (const { method, path, operation } of operationsOf(document)) {
      if (method === 'GET') continue;
      const target = pathWith(path.replace('/api/v2', ''), '01900000-0000-7000-8000-000000000000');
      for (const body of ['x', '{', '[]', ''])
        for (const type of ['application/x', 'application/json']) {
          const answer = await business.send(method, target, body, { headers: { 'content-type': type } });
          expect(check(operation, answer)).toBeNull();
        }
    }
  });

  it('answers what is documented to a caller without a key', async () => {
    for (const { method, path, operation } of operationsOf(document)) {
      const answer = await service.send(method, `/${path.replace('/api/v2', '/').replace('//', '')}`);
      expect(check(operation, answer)).toBeNull();
    }
  });
});
