/**
 * How a route is declared: one object holds its method, path, scope, schemas, success message and handler. The
 * same objects are registered, documented in OpenAPI and walked by the tests that try every route.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { ApiScope, Authentication, Caller } from '../tenancy/authentication.ts';
import { JSON_HEADERS, success } from './envelope.ts';
import { ApiError, type ErrorCode, invalid } from './errors.ts';

export const BASE = '/api/v2';

export interface Route {
  /** The operation's one name: here, in OpenAPI and in the SDK. */
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base path, parameters as `:id`. */
  path: string;
  summary: string;
  description?: string;
  tag: string;
  scope: ApiScope;
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  bodyLimit?: number;
  /** A body that shows the operation at work, for the documentation; tests send it. */
  example?: unknown;
  success: { status: 200 | 201; message: string; body: TSchema; example?: unknown };
  /** The errors of this operation, beside those every operation may answer. */
  errors?: ErrorCode[];
  /** Answers the ETag of the record in the body and takes If-Match. */
  versioned?: boolean;
  handle(request: Call): Promise<unknown>;
}

/** What a handler gets: an authenticated caller and input that fits the schemas. */
export interface Call {
  caller: Caller;
  params: Record<string, string>;
  query: never;
  body: never;
  /** The version in If-Match; null when absent or `*`. */
  ifMatch: number | null;
}

type Typed<P extends TSchema, Q extends TSchema, B extends TSchema> = Omit<
  Route,
  'handle' | 'params' | 'query' | 'body'
> & {
  params?: P;
  query?: Q;
  body?: B;
  handle(call: {
    caller: Caller;
    params: Static<P>;
    query: Static<Q>;
    body: Static<B>;
    ifMatch: number | null;
  }): Promise<unknown>;
};

/** Ties the handler's input to the schemas. */
export const route = <P extends TSchema, Q extends TSchema, B extends TSchema>(
  definition: Typed<P, Q, B>,
): Route => definition as unknown as Route;

/** Registers routes below the base path, behind authentication. */
export function registerRoutes(
  app: FastifyInstance,
  routes: Route[],
  authentication: Authentication,
  toSchema: (route: Route) => object,
): void {
  for (const definition of routes) {
    app.route({
      method: definition.method,
      url: BASE + definition.path,
      schema: toSchema(definition),
      ...(definition.bodyLimit && { bodyLimit: definition.bodyLimit }),
      onRequest: (request, _reply, done) => {
        const enter = (caller: Caller) => {
          request.caller = caller;
          done(
            caller.scopes.has(definition.scope)
              ? undefined
              : new ApiError('forbidden', `This API key lacks the scope ${definition.scope}.`),
          );
        };
        try {
          const caller = authentication.authenticate(request.headers.authorization);
          // A key that is known already costs no turn of the event loop.
          if (caller instanceof Promise) caller.then(enter, done);
          else enter(caller);
        } catch (error) {
          done(error as Error);
        }
      },
      handler: async (request, reply) => {
        const call = {
          caller: request.caller,
          params: request.params,
          query: request.query,
          body: request.body,
          ifMatch: ifMatchOf(definition, request),
        };
        const body = await definition.handle(call as never);
        return answer(definition, reply, body);
      },
    });
  }
}

function answer(
  { success: { status, message }, versioned }: Route,
  reply: FastifyReply,
  body: unknown,
): FastifyReply {
  if (versioned) reply.header('etag', `"${(body as { version: number }).version}"`);
  return reply.code(status).headers(JSON_HEADERS).send(success(message, body));
}

/** RFC 9110 section 13.1.1, with the version number as the entity tag. */
function ifMatchOf({ versioned, method }: Route, request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (
    !(versioned || method === 'DELETE') ||
    method === 'GET' ||
    header === undefined ||
    header.trim() === '*'
  )
    return null;
  const version = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header)?.[1];
  if (version === undefined) {
    throw invalid([
      {
        field: 'If-Match',
        code: 'invalid_version',
        message: 'If-Match must be a version as the ETag gives it, such as "3".',
      },
    ]);
  }
  return Number(version);
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}
