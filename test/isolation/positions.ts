/** Every place of a request where an id can stand, found in the routes' own schemas. */
import type { Route } from '../../src/http/route.ts';
import { pathWith } from '../client.ts';

/** What of a route says where ids stand in it; the OpenAPI document tells as much. */
export type Operation = Pick<Route, 'operationId' | 'method' | 'path' | 'query' | 'body' | 'example'>;

export type Kind =
  | 'customer'
  | 'location'
  | 'api_key'
  | 'event'
  | 'contact'
  | 'duplicate'
  | 'import'
  | 'reference'
  | 'list_cursor'
  | 'duplicates_cursor'
  | 'feed_cursor'
  | 'undo_cursor'
  | 'imports_cursor'
  | 'day_cursor';
export interface Probe {
  /** Route and place, for the message. */
  name: string;
  kind: Kind;
  /** The request with this id in the place; `own` is a customer of the caller, for updates. */
  request(id: string, own: { customerId: string }): { method: string; path: string; body?: unknown };
}

export const KINDS: Record<string, Kind> = {
  customers: 'customer',
  locations: 'location',
  'api-keys': 'api_key',
  duplicates: 'duplicate',
  imports: 'import',
};
const CURSORS: Record<string, Kind> = {
  listCustomers: 'list_cursor',
  listCustomerEvents: 'event',
  exportCustomer: 'event',
  listLocations: 'location',
  listApiKeys: 'api_key',
  listApiKeyUses: 'day_cursor',
  listDuplicates: 'duplicates_cursor',
  undoImport: 'undo_cursor',
  listImports: 'imports_cursor',
};

/** Fails on a route with an id or a cursor of a kind that is not known here: then this table wants a line. */
export function probesOf(routes: readonly Operation[]): Probe[] {
  return routes.flatMap((route) => {
    const probes: Probe[] = [];
    const { method, operationId: name, example: body } = route;
    const own = (path: string, customerId: string) => pathWith(path, customerId);
    if (route.path.includes(':')) {
      const kind = known(KINDS, route.path.split('/')[1]!, name);
      probes.push({
        name: `${name}: path`,
        kind,
        request: (id) => ({ method, path: pathWith(route.path, id), body }),
      });
    }
    if (has(route.body, 'location_id')) {
      probes.push({
        name: `${name}: location_id of the body`,
        kind: 'location',
        request: (id, { customerId }) => ({
          method,
          path: own(route.path, customerId),
          body: { ...(body as object), location_id: id },
        }),
      });
    }
    if (name === 'upsertCustomers') {
      probes.push({
        name: `${name}: location_id of an item`,
        kind: 'location',
        request: (id) => ({
          method,
          path: route.path,
          body: { customers: [{ email: 'a@clientele.test', location_id: id }] },
        }),
      });
    }
    if (has(route.query, 'location_id')) {
      probes.push({
        name: `${name}: location_id of the query`,
        kind: 'location',
        request: (id) => ({ method, path: `${route.path}?location_id=${id}`, body }),
      });
    }
    if (has(route.body, 'from')) {
      probes.push({
        name: `${name}: from of the body`,
        kind: 'customer',
        request: (id, { customerId }) => ({ method, path: own(route.path, customerId), body: { from: id } }),
      });
    }
    if (has(route.query, 'import_id')) {
      probes.push({
        name: `${name}: import_id of the query`,
        kind: 'import',
        request: (id) => ({
          method,
          path: `${route.path}?${method === 'GET' ? '' : 'dry_run=true&'}import_id=${id}`,
          body,
        }),
      });
    }
    if (route.path.includes(':ref')) {
      probes.push({
        name: `${name}: kind and ref of the path`,
        kind: 'reference',
        request: (id, { customerId }) => ({
          method,
          path: `${route.path.replace(':id', customerId).replace(':kind/:ref', id)}?dry_run=true`,
          body,
        }),
      });
    }
    if (has(route.query, 'customer_id')) {
      probes.push({
        name: `${name}: customer_id of the query`,
        kind: 'customer',
        request: (id) => ({ method, path: `${route.path}?customer_id=${id}`, body }),
      });
    }
    // Writes only name their own import by it.
    if (method === 'GET' && has(route.query, 'import_id')) {
      // An empty list of now says what time it is.
      const now = has(route.query, 'as_of') ? '&as_of=2026-01-01T00:00:00Z' : '';
      for (const state of ['live', 'deleted']) {
        probes.push({
          name: `${name}: import_id of the query, ${state}`,
          kind: 'import',
          request: (id) => ({
            method,
            path: `${route.path}?deleted=${state === 'deleted'}&import_id=${id}${now}`,
          }),
        });
      }
    }
    if (has(route.query, 'after')) {
      probes.push({
        name: `${name}: after`,
        kind: 'feed_cursor',
        request: (id) => ({ method, path: `${route.path}?after=${id}`, body }),
      });
    }
    if (has(route.query, 'cursor')) {
      const kind = known(CURSORS, name, name);
      probes.push({
        name: `${name}: cursor`,
        kind,
        request: (id, { customerId }) => ({
          method,
          path: `${own(route.path, customerId)}?cursor=${id}`,
          body,
        }),
      });
    }
    if (has(route.body, 'contacts') && route.path.includes(':')) {
      probes.push({
        name: `${name}: id of a contact`,
        kind: 'contact',
        request: (id, { customerId }) => ({
          method,
          path: own(route.path, customerId),
          body: { contacts: [{ id, type: 'email', value: 'a@clientele.test' }] },
        }),
      });
    }
    return probes;
  });
}

function known(table: Record<string, Kind>, name: string, operation: string): Kind {
  const kind = table[name];
  if (!kind) throw new Error(`${operation}: the isolation matrix does not know what ids of "${name}" are.`);
  return kind;
}

const has = (schema: object | undefined, field: string): boolean =>
  schema !== undefined && 'properties' in schema && field in (schema.properties as object);
