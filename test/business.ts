/** A business to work with, made past the service. Apart from the harness: the campaign uses it too. */
import type { Sql } from '../src/database/connect.ts';
import { createApiKey, createBusiness, createLocation, type KeyInput } from '../src/tenancy/operations.ts';
import { type Send, sender } from './client.ts';

export interface TestBusiness {
  id: string;
  locationId: string;
  /** A key for all locations and all scopes. */
  key: string;
  /** Sends as that key. */
  send: Send;
  addLocation(country?: string): Promise<string>;
  addKey(input: Partial<KeyInput>): Promise<{ id: string; key: string; send: Send }>;
}

interface Place {
  url: string;
  sql: Sql;
}

/** A new business at a service and in its database; `onAdded` hears of locations that come past the service. */
export async function makeBusiness(
  { sql, url }: Place,
  { country = 'AU', onAdded = () => {} }: { country?: string | undefined; onAdded?(): void } = {},
): Promise<TestBusiness> {
  const { id, location, apiKey } = await createBusiness(sql, {
    name: 'Test business',
    location: { name: 'Main', country },
  });
  const scope = {
    businessId: id,
    locationId: null,
    actor: { type: 'system' as const, id: null, name: 'test' },
  };
  return {
    id,
    locationId: location.id,
    key: apiKey.key,
    send: sender(url, apiKey.key),
    addLocation: async (of = 'AU') => {
      const { id: added } = await sql.begin((tx) =>
        createLocation(tx, scope, { name: 'Another', country: of }),
      );
      onAdded();
      return added;
    },
    addKey: async (input) => {
      const made = await createApiKey(sql, scope, { name: 'Another key', ...input });
      return { id: made.id, key: made.key, send: sender(url, made.key) };
    },
  };
}
