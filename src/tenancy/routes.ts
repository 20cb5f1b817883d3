/** Locations, API keys and delete rules as HTTP routes (contract sections 4 and 5). No logic. */
import Type from 'typebox';
import type { Sql, Transaction } from '../database/connect.ts';
import { isUuid } from '../database/ids.ts';
import { notFound } from '../http/errors.ts';
import { once, type Running } from '../http/idempotency.ts';
import { type Call, type Route, route } from '../http/route.ts';
import { type ApiScope, type Authentication, SCOPES } from './authentication.ts';
import * as operations from './operations.ts';
import type { Scope } from './scope.ts';

const strict = { additionalProperties: false };
const Uuid = Type.String({ format: 'uuid' });
const Timestamp = Type.String({ format: 'date-time' });
const orNull = (format: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], format });
const name = Type.String({ minLength: 1, maxLength: 200 });
const Scopes = Type.Array(Type.Unsafe<ApiScope>({ type: 'string', enum: [...SCOPES] }), {
  minItems: 1,
  maxItems: SCOPES.length,
});

const place = {
  country: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: 2,
      description: 'ISO 3166 code; reads phone numbers without a country code. Default AU.',
    }),
  ),
  timezone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'IANA name. Default Australia/Sydney.' }),
  ),
};
const LocationInput = Type.Object({ name, ...place }, strict);
const LocationChange = Type.Object({ name: Type.Optional(name), ...place }, strict);
export const Location = Type.Object(
  {
    id: Uuid,
    name: Type.String(),
    country: Type.String(),
    timezone: Type.String(),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { ...strict, title: 'Location' },
);

const expiresAt = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  format: 'date-time',
  description: 'When the new key ends, in the future; null, or left out: never.',
});
const KeyInput = Type.Object(
  {
    name,
    scopes: Type.Optional(Scopes),
    location_id: Type.Optional(orNull('uuid')),
    expires_at: Type.Optional(expiresAt),
  },
  strict,
);
const keyFields = {
  id: Uuid,
  name: Type.String(),
  location_id: orNull('uuid'),
  scopes: Type.Array(Type.String()),
  created_at: Timestamp,
  expires_at: orNull('date-time'),
  revoked_at: orNull('date-time'),
  last_used_at: orNull('date-time'),
};
const ApiKey = Type.Object(keyFields, { ...strict, title: 'ApiKey' });
const NewApiKey = Type.Object(
  {
    ...keyFields,
    key: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description:
        'The key itself: shown this once, never again. Null when a repetition (Idempotency-Key) asks for it.',
    }),
  },
  strict,
);
const count = (description: string) => Type.Integer({ minimum: 0, description });
const uses = {
  requests: count('Requests answered.'),
  refused: count('Of those, answered 4xx; `denied` and `limited` are among them.'),
  denied: count('Answered 401 or 403: the key is revoked or over, or may not do this.'),
  limited: count('Answered 429.'),
  failed: count('Answered 5xx.'),
  first_at: Timestamp,
  last_at: Timestamp,
  succeeded_at: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'The last one of the day that was neither refused nor failed; null when there was none.',
  }),
};
const KeyUseDay = Type.Object(
  {
    day: Type.String({ format: 'date', description: 'In UTC.' }),
    ...uses,
    operations: Type.Array(
      Type.Object(
        { operation: Type.String({ description: 'Its operationId in this document.' }), ...uses },
        { ...strict, title: 'OperationUse' },
      ),
    ),
  },
  { ...strict, title: 'KeyUseDay' },
);
const UsesQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 30, description: 'Days.' })),
    cursor: Type.Optional(
      Type.String({ format: 'date', description: 'Days before this one: `next_cursor` of the page before.' }),
    ),
  },
  strict,
);
const Rotation = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        default: operations.OVERLAP_SECONDS,
        description: 'How long the old key keeps working. Default one day.',
      }),
    ),
    expires_at: Type.Optional(expiresAt),
  },
  strict,
);

const DeleteRules = Type.Object(
  {
    protected_statuses: Type.Array(
      Type.Unsafe<string>({ type: 'string', enum: ['lead', 'active', 'inactive', 'blocked'] }),
      { maxItems: 4 },
    ),
    protected_tags: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }),
    soft_reference_kinds: Type.Array(Type.String({ format: 'reference-kind' }), {
      maxItems: 100,
      description: 'Kinds of open references that `force=true` passes over.',
    }),
    retention_days: Type.Integer({
      minimum: 0,
      maximum: 3650,
      description: 'How many days a deleted customer can be restored; then it is purged. Default 30.',
    }),
  },
  { ...strict, title: 'DeleteRules' },
);

const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
    cursor: Type.Optional(Uuid),
  },
  strict,
);
const pageOf = (item: Parameters<typeof Type.Array>[0]) =>
  Type.Object(
    { items: Type.Array(item), next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }) },
    strict,
  );
const params = Type.Object({ id: Type.String() });

export function tenancyRoutes(sql: Sql, authentication: Authentication, running: Running): Route[] {
  const admin = { scope: 'admin' as const, query: Type.Object({}, strict) };
  /** After a write, what this process knew of keys and locations is asked for again. */
  const write = async <T>(
    { caller: { scope }, retry }: Pick<Call, 'caller' | 'retry'>,
    work: (tx: Transaction, scope: Scope) => Promise<T>,
    kept?: (answer: T) => unknown,
  ): Promise<T> => {
    const result = await running.alone(scope.businessId, retry, () =>
      once(sql, scope.businessId, retry, (tx) => work(tx, scope), kept),
    );
    authentication.forget();
    return result;
  };
  const locationId = (id: string) => idOr(id, 'location');
  const keyId = (id: string) => idOr(id, 'api_key');
  return [
    route({
      ...admin,
      operationId: 'listLocations',
      method: 'GET',
      path: '/locations',
      summary: 'List locations',
      tag: 'Locations',
      scope: 'customers:read',
      query: PageQuery,
      success: { status: 200, message: 'Locations fetched!', body: pageOf(Location) },
      handle: async ({ caller, query }) =>
        await operations.listLocations(sql, caller.scope, query.cursor ?? null, query.limit ?? 100),
    }),
    route({
      ...admin,
      operationId: 'createLocation',
      method: 'POST',
      path: '/locations',
      summary: 'Create a location',
      tag: 'Locations',
      body: LocationInput,
      example: { name: 'Wollongong depot', country: 'AU', timezone: 'Australia/Sydney' },
      success: { status: 201, message: 'Location created!', body: Location },
      errors: ['location_forbidden'],
      handle: async ({ body, ...call }) =>
        await write(call, (tx, scope) => operations.createLocation(tx, scope, body)),
    }),
    route({
      ...admin,
      operationId: 'getLocation',
      method: 'GET',
      path: '/locations/:id',
      summary: 'Get a location',
      tag: 'Locations',
      scope: 'customers:read',
      params,
      success: { status: 200, message: 'Location fetched!', body: Location },
      errors: ['location_not_found'],
      handle: async ({ caller, params }) =>
        await operations.getLocation(sql, caller.scope, locationId(params.id)),
    }),
    route({
      ...admin,
      operationId: 'updateLocation',
      method: 'PATCH',
      path: '/locations/:id',
      summary: 'Update a location',
      tag: 'Locations',
      params,
      body: LocationChange,
      example: { name: 'Wollongong' },
      success: { status: 200, message: 'Location updated successfully.', body: Location },
      errors: ['location_not_found'],
      handle: async ({ params, body, ...call }) =>
        await write(call, (tx, scope) => operations.changeLocation(tx, scope, locationId(params.id), body)),
    }),
    route({
      ...admin,
      operationId: 'listApiKeys',
      method: 'GET',
      path: '/api-keys',
      summary: 'List API keys',
      tag: 'API keys',
      query: PageQuery,
      success: { status: 200, message: 'API keys fetched!', body: pageOf(ApiKey) },
      handle: async ({ caller, query }) =>
        await operations.listApiKeys(sql, caller.scope, query.cursor ?? null, query.limit ?? 100),
    }),
    route({
      ...admin,
      operationId: 'createApiKey',
      method: 'POST',
      path: '/api-keys',
      summary: 'Create an API key',
      tag: 'API keys',
      description:
        'Answers the key itself, once. Without scopes it may read and write customers; without location_id it covers all locations.',
      body: KeyInput,
      example: { name: 'Website form', scopes: ['customers:write'] },
      success: { status: 201, message: 'API key created!', body: NewApiKey },
      errors: ['location_forbidden', 'location_not_found'],
      handle: async ({ body, ...call }) =>
        await write(call, (tx, scope) => operations.createApiKey(tx, scope, body), withoutKey),
    }),
    route({
      ...admin,
      operationId: 'rotateApiKey',
      method: 'POST',
      path: '/api-keys/:id/rotate',
      summary: 'Rotate an API key',
      tag: 'API keys',
      description:
        'Answers a new key with the same name, scopes and location. The old one keeps working for the overlap.',
      params,
      body: Rotation,
      example: { overlap_seconds: 3600 },
      success: { status: 201, message: 'API key rotated!', body: NewApiKey },
      errors: ['api_key_not_found'],
      handle: async ({ params, body, ...call }) =>
        await write(
          call,
          (tx, scope) => operations.rotateApiKey(tx, scope, keyId(params.id), body),
          withoutKey,
        ),
    }),
    route({
      ...admin,
      operationId: 'revokeApiKey',
      method: 'DELETE',
      path: '/api-keys/:id',
      summary: 'Revoke an API key',
      tag: 'API keys',
      description: 'The key fails within one second, everywhere.',
      params,
      success: { status: 200, message: 'API key revoked.', body: ApiKey },
      errors: ['api_key_not_found'],
      handle: async ({ params, ...call }) =>
        await write(call, (tx, scope) => operations.revokeApiKey(tx, scope, keyId(params.id))),
    }),
    route({
      ...admin,
      operationId: 'listApiKeyUses',
      method: 'GET',
      path: '/api-keys/:id/uses',
      summary: 'List what an API key was used for',
      tag: 'API keys',
      description:
        'The days on which it was used, the last one first, in all and by operation; of a revoked or expired key too, whose attempts are `denied`. Sessions of the console count for their key. Statistics: some seconds late, and a crash loses those.',
      params,
      query: UsesQuery,
      success: { status: 200, message: 'API key uses fetched!', body: pageOf(KeyUseDay) },
      errors: ['api_key_not_found'],
      handle: async ({ caller, params, query }) =>
        await operations.listApiKeyUses(
          sql,
          caller.scope,
          keyId(params.id),
          query.cursor ?? null,
          query.limit ?? 30,
        ),
    }),
    route({
      ...admin,
      operationId: 'getDeleteRules',
      method: 'GET',
      path: '/delete-rules',
      summary: 'Get the delete rules',
      tag: 'Delete rules',
      success: { status: 200, message: 'Delete rules fetched!', body: DeleteRules },
      handle: async ({ caller }) => await operations.getDeleteRules(sql, caller.scope),
    }),
    route({
      ...admin,
      operationId: 'setDeleteRules',
      method: 'PUT',
      path: '/delete-rules',
      summary: 'Set the delete rules',
      tag: 'Delete rules',
      description:
        'Customers with a protected status or tag are not deleted, nor those with open references of other systems. Rules that are absent stay as they are.',
      body: Type.Partial(DeleteRules, strict),
      example: { protected_statuses: ['blocked'] },
      success: { status: 200, message: 'Delete rules updated successfully.', body: DeleteRules },
      errors: ['location_forbidden'],
      handle: async ({ body, ...call }) =>
        await write(call, (tx, scope) => operations.setDeleteRules(tx, scope, body)),
    }),
  ];
}

/** A key is shown once: what is kept for a repetition of the request does not hold it. */
const withoutKey = (made: operations.NewApiKey) => ({ ...made, key: null });

/** The id as stored, or the 404 of this kind when it can't be one. */
function idOr(id: string, what: 'location' | 'api_key'): string {
  if (!isUuid(id)) throw notFound(what);
  return id.toLowerCase();
}
