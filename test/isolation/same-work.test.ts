/**
 * What a refusal takes must not tell whether the id exists elsewhere: the service asks the database the same for a record
 * of another location, whatever became of it, as for one that never existed. (`npm run trust -- --only isolation` has
 * the clock.)
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { SCOPES } from '../../src/tenancy/authentication.ts';
import { type Send, sender, serve, useService } from '../harness.ts';
import { neverExisted } from './victim.ts';

const service = useService();
let statements: string[] = [];
let sql: Sql;
let close: () => Promise<void>;
let send: Send;
/** A key of another location, its own customer, and ids of the first. */
let own: string;
const theirs: Record<string, string> = {};

beforeAll(async () => {
  sql = connect(service.databaseUrl, {
    max: 4,
    onStatement: (text) => void statements.push(text.replace(/\s+/g, ' ')),
  });
  const { server, url } = await serve(sql);
  close = async () => {
    await server.close();
    await sql.end();
  };
  const business = await service.business();
  const make = async (name: string) =>
    (await business.send('POST', '/customers', { name, location_id: business.locationId })).body.id;
  for (const name of ['live', 'deleted', 'merged away', 'erased']) theirs[name] = await make(name);
  const survivor = await make('Survivor');
  await business.send('PUT', `/customers/${theirs.live}/references/booking/1`, { state: 'open' });
  await business.send('DELETE', `/customers/${theirs.deleted}`);
  await business.send('POST', `/customers/${survivor}/merge`, { from: theirs['merged away'] });
  await business.send('POST', `/customers/${theirs.erased}/erase`);
  const location_id = await business.addLocation();
  const { key } = await business.addKey({ scopes: [...SCOPES], location_id });
  send = sender(url, key);
  own = (await send('POST', '/customers', { name: 'Own' })).body.id;
});
afterAll(async () => await close?.());

const REQUESTS: Record<string, (id: string) => [method: string, path: string, body?: unknown]> = {
  get: (id) => ['GET', `/customers/${id}`],
  'get as it was': (id) => ['GET', `/customers/${id}?at=2030-01-01T00:00:00Z`],
  update: (id) => ['PATCH', `/customers/${id}`, { name: 'x' }],
  delete: (id) => ['DELETE', `/customers/${id}`],
  restore: (id) => ['POST', `/customers/${id}/restore`],
  erase: (id) => ['POST', `/customers/${id}/erase`],
  merge: (id) => ['POST', `/customers/${id}/merge`, { from: own }],
  'merge from': (id) => ['POST', `/customers/${own}/merge`, { from: id }],
  unmerge: (id) => ['POST', `/customers/${id}/unmerge`, { from: own }],
  'unmerge from': (id) => ['POST', `/customers/${own}/unmerge`, { from: id }],
  events: (id) => ['GET', `/customers/${id}/events`],
  references: (id) => ['GET', `/customers/${id}/references`],
  'put a reference': (id) => ['PUT', `/customers/${id}/references/booking/1`, { state: 'open' }],
  'remove a reference': (id) => ['DELETE', `/customers/${id}/references/booking/1`],
  'legal hold': (id) => ['PUT', `/customers/${id}/legal-hold`, { reason: 'x' }],
  'lift a legal hold': (id) => ['DELETE', `/customers/${id}/legal-hold`],
  'export of one': (id) => ['GET', `/customers/${id}/export`],
};

it.each(Object.keys(REQUESTS))('%s: the same statements, and nothing found by them', async (name) => {
  const asked = async (id: string) => {
    statements = [];
    const { status } = await send(...REQUESTS[name]!(id));
    expect(status).toBe(404);
    // Reading the key again, now and then, belongs to no id.
    return statements.filter((text) => !/ from api_keys /.test(text));
  };
  for (const [which, id] of Object.entries(theirs)) {
    const unknown = await asked(neverExisted(id));
    expect(await asked(id), which).toEqual(unknown);
    // Every read of records by id is narrowed to the location by the database itself.
    for (const text of unknown.filter((one) => / from customers /.test(one)))
      expect(text).toContain('location_id = $');
  }
});
