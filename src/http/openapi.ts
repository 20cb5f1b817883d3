/** The OpenAPI 3.1 document and the reference at /docs, made from the routes: the schemas that validate are the ones shown. */
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { JSON_HEADERS } from './envelope.ts';
import { ERRORS, type ErrorCode, MOST_SHOWN } from './errors.ts';
import { isRepeatable, type Route, takesIfMatch } from './route.ts';
import { CONSOLE_HEADER, COOKIE } from './session-cookie.ts';

/** Errors that any operation may answer. */
const COMMON: ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'internal_error',
  'overloaded',
  'database_unavailable',
  'query_timeout',
  'storage_full',
];
const WITH_INPUT: ErrorCode[] = ['validation_failed', 'unknown_field'];
const WITH_BODY: ErrorCode[] = [
  'malformed_json',
  'duplicate_field',
  'nested_too_deep',
  'payload_too_large',
  'unsupported_media_type',
];

const WITH_RETRY: ErrorCode[] = ['idempotency_key_reused', 'idempotency_in_progress'];

/** The errors an operation may answer. */
export const errorsOf = (route: Route): ErrorCode[] => [
  ...COMMON,
  ...(route.params || route.query || route.body || route.method !== 'GET' ? WITH_INPUT : []),
  // A body that comes where none is wanted is read, and refused, like any other.
  ...(route.method === 'GET' ? [] : WITH_BODY),
  ...(route.method === 'GET' ? [] : ['cross_site_request' as const]),
  ...(route.method === 'GET' || !isRepeatable(route.scope) ? [] : WITH_RETRY),
  ...(route.errors ?? []),
];

const envelope = (body: object, message: object) => ({
  type: 'object',
  properties: { success: { type: 'boolean', const: true }, message, body },
  required: ['success', 'message', 'body'],
  additionalProperties: false,
});

const errorEnvelope = (codes: ErrorCode[]) => ({
  type: 'object',
  properties: {
    success: { type: 'boolean', const: false },
    message: { type: 'string', description: 'A sentence a person can read.' },
    body: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: codes },
        errors: {
          type: 'array',
          maxItems: MOST_SHOWN,
          description: `The first ${MOST_SHOWN} of what is wrong; message says how many more there are.`,
          items: {
            type: 'object',
            properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
            required: ['field', 'code', 'message'],
          },
        },
      },
      required: ['code'],
      additionalProperties: true,
    },
  },
  required: ['success', 'message', 'body'],
  additionalProperties: false,
});

/** The headers that writes take; checked in route.ts. */
const headersOf = (route: Route) => ({
  type: 'object',
  properties: {
    ...(isRepeatable(route.scope) && {
      'Idempotency-Key': {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        description:
          'Makes the write safe to repeat: for 24 hours the same request under the same key is answered as the first time, with `Idempotent-Replayed: true`. It is kept as it came: a UUID, nothing personal.',
      },
    }),
    ...(takesIfMatch(route) && {
      'If-Match': {
        type: 'string',
        description: 'The version the write is meant for, as the ETag gave it: a stale one is 412.',
      },
    }),
  },
});

const scopesOf = ({ scope }: Route): string[] => (scope === null ? [] : [scope]);

/** A route as Fastify takes it: the request's schemas to validate, the answers' to document. */
export function toSchema(route: Route): object {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const errors = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join('\n\n'),
      ...errorEnvelope(codes),
    },
  ]);
  const { status, message, body, example } = route.success;
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: [route.tag],
    // OpenAPI 3.1 lets any scheme name what a caller must be allowed to.
    security: route.scope === 'open' ? [] : [{ bearer: scopesOf(route) }, { session: scopesOf(route) }],
    ...(route.params && { params: route.params }),
    ...(route.query && { querystring: route.query }),
    ...(route.method !== 'GET' && { headers: headersOf(route) }),
    ...(route.body && {
      body: { ...route.body, ...(route.example !== undefined && { examples: [route.example] }) },
    }),
    response: {
      [status]: {
        description: message,
        ...(route.files
          ? { content: Object.fromEntries(route.files.map((media) => [media, { schema: body }])) }
          : envelope(body, { type: 'string', const: message })),
        ...(example !== undefined && { examples: [{ success: true, message, body: example }] }),
      },
      ...Object.fromEntries(errors),
    },
  };
}

const DESCRIPTION = `Manage customer records on a business location: *here is a name and a phone number; find this customer or make them, and never make them twice.*

Every request carries \`Authorization: Bearer YOUR_KEY_HERE\`. Every answer is \`{ "success": …, "message": …, "body": … }\`.

A failure says in \`body.code\` what it is, and in \`body.errors\` which fields are meant:

| HTTP | code | meaning |
|---|---|---|
${Object.entries(ERRORS)
  .map(([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`)
  .join('\n')}`;

/** Documents the routes registered after it, at /openapi.json and /docs. */
export async function registerOpenApi(app: FastifyInstance, bodies: Record<string, object>): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Clientele', description: DESCRIPTION, version: '2' },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'clt_…' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: COOKIE,
            description: `What the console uses, from POST /session (by https its name begins with __Host-); writes need the header \`${CONSOLE_HEADER}: 1\` too.`,
          },
        },
      },
    },
  });
  const document = once(() =>
    JSON.parse(
      JSON.stringify(app.swagger(), (_key, value) =>
        value?.['x-checked-as'] ? bodies[value['x-checked-as']] : value,
      ),
    ),
  );
  await app.register(async (pages) => {
    await pages.register(helmet, {
      contentSecurityPolicy: {
        directives: {
          'script-src': ["'self'"],
          'style-src': ["'self'", "'unsafe-inline'"],
          'upgrade-insecure-requests': null,
        },
      },
      strictTransportSecurity: false,
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      theme: { title: 'Clientele API' },
      uiConfig: {
        deepLinking: true,
        displayRequestDuration: true,
        persistAuthorization: false,
        tryItOutEnabled: true,
        validatorUrl: null,
        layout: 'BaseLayout',
      },
      transformSpecification: () => document(),
    });
  });
  app.get('/openapi.json', { schema: { hide: true } as object }, async (_request, reply) =>
    reply.headers(JSON_HEADERS).send(JSON.stringify(document())),
  );
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
