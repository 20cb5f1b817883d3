/** The OpenAPI document is whole: every route, unique names, examples that fit, every error code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/http/errors.ts';
import { errorsOf } from '../../src/http/openapi.ts';
import { BASE } from '../../src/http/route.ts';
import { pathWith, useService } from '../harness.ts';
import { type Document, loadDocument, mismatch, operationsOf, schemaOf } from './document.ts';

const service = useService();
let document: Document;
beforeAll(async () => {
  document = await loadDocument(service.send);
});

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, served without a key', async () => {
    const answer = await service.send('GET', '//openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info.title).toBe('Clientele');
  });

  it('is shown at /docs without a key', async () => {
    const answer = await fetch(`${service.url}/docs`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);
  });

  it('every list answers items and next_cursor', () => {
    const lists = service.server.routes
      .map(({ operationId, success }) => ({
        operationId,
        fields: Object.keys((success.body as { properties?: object }).properties ?? {}),
      }))
      // A batch answers what it was sent, item by item.
      .filter(({ operationId, fields }) => operationId !== 'upsertCustomers' && fields.includes('items'));
    expect(lists.length).toBeGreaterThan(7);
    expect(lists.filter(({ fields }) => !fields.includes('next_cursor'))).toEqual([]);
  });

  it('has every route and no other', () => {
    const documented = operationsOf(document).map(
      ({ method, path, operation }) => `${operation.operationId} ${method} ${path}`,
    );
    const registered = service.server.routes.map(
      ({ operationId, method, path }) => `${operationId} ${method} ${BASE}${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(documented.sort()).toEqual(registered.sort());
  });

  it('names every operation once, with a summary and an answer of success', () => {
    const operations = operationsOf(document).map(({ operation }) => operation);
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    const bare = operations.filter(
      ({ summary, responses }) => !summary || !(responses['200'] || responses['201']),
    );
    expect(bare.map(({ operationId }) => operationId)).toEqual([]);
  });

  it('describes every parameter of a path, and holds no reference that leads nowhere', () => {
    for (const { path, operation } of operationsOf(document)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? [])
        .filter((one) => one.in === 'path')
        .map((one) => one.name);
      expect(described, operation.operationId).toEqual(named);
    }
    for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) {
      const steps = reference!.replace('#/', '').split('/');
      expect(
        steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document),
        reference,
      ).toBeDefined();
    }
  });

  it('shows for every operation with a body an example that fits', () => {
    const wrong = operationsOf(document).flatMap(({ operation }) => {
      const schema = schemaOf(operation.requestBody);
      if (!schema) return [];
      const examples = examplesOf(operation.requestBody?.content?.['application/json']);
      if (examples.length === 0) return [`${operation.operationId}: no example`];
      return examples
        .map((example) => mismatch(schema, example))
        .filter(Boolean)
        .map((fault) => `${operation.operationId}: ${fault}`);
    });
    expect(wrong).toEqual([]);
  });

  it('shows for every operation that has one an example answer that fits', () => {
    const shown = operationsOf(document).flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap((response) => {
        const schema = schemaOf(response);
        return examplesOf(response.content?.['application/json']).map((example) => ({
          operation,
          schema: schema!,
          example,
        }));
      }),
    );
    expect(shown.length).toBeGreaterThanOrEqual(6);
    const wrong = shown.map(({ operation, schema, example }) => ({
      of: operation.operationId,
      fault: mismatch(schema, example),
    }));
    expect(wrong.filter(({ fault }) => fault !== null)).toEqual([]);
  });

  it('sends every example, and gets the success it promises', async () => {
    const business = await service.business();
    const customer = await business.send('POST', '/customers', { name: 'Somebody' });
    const other = await business.send('POST', '/customers', { name: 'Somebody else' });
    const key = await business.addKey({});
    const ids: Record<string, string> = {
      customers: customer.body.id,
      locations: business.locationId,
      'api-keys': key.id,
    };
    // A merge needs two who exist, signing in a key that does.
    const filled = (example: { from?: string; key?: string }) =>
      example.from ? { from: other.body.id } : example.key ? { key: business.key } : example;
    const wrong: string[] = [];
    for (const { method, path, example, success, operationId } of service.server.routes) {
      if (example === undefined) continue;
      const answer = await business.send(
        method,
        pathWith(path, ids[path.split('/')[1]!] ?? ''),
        filled(example as { from?: string; key?: string }),
      );
      // The examples tell one story: what an earlier one created, a later one may meet.
      const isFine = answer.status === success.status && answer.message === success.message;
      if (!isFine) wrong.push(`${operationId}: ${answer.status} ${answer.text}`);
    }
    expect(wrong).toEqual([]);
  });

  it('documents every error code of the table', () => {
    const text = JSON.stringify(document);
    expect(Object.keys(ERRORS).filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });

  it('lists for every operation the errors it may answer, each under its status', () => {
    for (const route of service.server.routes) {
      const { operation } = operationsOf(document).find(
        ({ operation }) => operation.operationId === route.operationId,
      )!;
      for (const code of errorsOf(route)) {
        const schema = schemaOf(operation.responses[String(ERRORS[code].status)]);
        expect(schema?.properties?.body?.properties?.code?.enum, `${route.operationId} ${code}`).toContain(
          code,
        );
      }
    }
  });
});

/** Wherever OpenAPI 3.1 lets an example stand. */
function examplesOf(
  content:
    | { schema: { examples?: unknown[] }; examples?: Record<string, { value: unknown }>; example?: unknown }
    | undefined,
): unknown[] {
  if (!content) return [];
  return [
    ...(content.schema.examples ?? []),
    ...Object.values(content.examples ?? {}).map((one) => one.value),
    ...(content.example === undefined ? [] : [content.example]),
  ];
}
