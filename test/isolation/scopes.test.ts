/** Every operation × every scope alone, from the OpenAPI document: let in exactly where the document says so. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/tenancy/authentication.ts';
import { API, pathWith, type Send, type TestBusiness, useService } from '../harness.ts';

const service = useService();
/** Of nobody: what is let in finds nothing to change. */
const NOBODY = '00000000-0000-7000-8000-000000000000';

interface Operation {
  name: string;
  method: string;
  path: string;
  /** What the document says a key needs; null where none is asked for. */
  stated: string[] | null;
}
/** An operation as the document has it. */
interface Stated {
  operationId: string;
  security: { bearer?: string[] }[];
}
let operations: Operation[];
let business: TestBusiness;
const senders = new Map<string, Send>();

beforeAll(async () => {
  const document = JSON.parse((await service.send('GET', '//openapi.json')).text);
  operations = Object.entries<Record<string, Stated>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security }]) => ({
      name: operationId,
      method: method.toUpperCase(),
      path: path.slice(API.length),
      stated: security.find(({ bearer }) => bearer)?.bearer ?? null,
    })),
  );
  business = await service.business();
  for (const scope of SCOPES) senders.set(scope, (await business.addKey({ scopes: [scope] })).send);
});

describe('scopes', () => {
  it('are stated for every operation of the service, by names that there are', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(
      service.server.routes.map(({ operationId }) => operationId).sort(),
    );
    const stated = operations.flatMap((operation) => operation.stated ?? []);
    expect(stated.filter((scope) => !(SCOPES as readonly string[]).includes(scope))).toEqual([]);
    expect(new Set(stated)).toEqual(new Set(SCOPES));
  });

  it.each(SCOPES)('%s alone opens what is stated to need it, and nothing else', async (scope) => {
    const wrong: string[] = [];
    for (const { name, method, path, stated } of operations) {
      if (stated === null) continue;
      // Nonsense for a body: what is let in gets no further.
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{"of_no_operation":1}';
      const { status, body: answer } = await senders.get(scope)!(method, pathWith(path, NOBODY), body);
      const isAllowed = stated.length === 0 || stated.includes(scope);
      const isForbidden = status === 403 && answer.code === 'forbidden';
      if (isForbidden === isAllowed)
        wrong.push(`${name} (${stated.join() || 'any'}): ${status} ${answer.code}`);
    }
    expect(wrong).toEqual([]);
  });
});
