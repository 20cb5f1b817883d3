/**
 * How a route is declared: one object holds its method, path, scope, schemas, success message and handler. The
 * same objects are registered, documented in OpenAPI and walked by the tests that try every route.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Turns } from '../database/turns.ts';
import { within } from '../database/within.ts';
import type { ApiScope, Authentication, Caller, From } from '../tenancy/authentication.ts';
import type { RateLimits } from '../tenancy/rate-limits.ts';
import { networkOf } from './address.ts';
import { FileBody, JSON_HEADERS, success } from './envelope.ts';
import { ApiError, type ErrorCode, type FieldError, invalid } from './errors.ts';
import { type Retry, readRetry } from './idempotency.ts';
import { type Receiving, receive, receivePieces } from './receiving.ts';
import { type Room, workOf } from './room.ts';
import { crossSite, crossSiteWrite, readToken, SessionCookie } from './session-cookie.ts';
import type { Validator } from './validation.ts';

export const BASE = '/api/v2';

/**
 * How long a caller waits for an answer at most, in milliseconds, however many stand before a database that is silent: so long for
 * the key to be looked up, so long for the work. Together less than what callers and proxies wait by default.
 */
export interface Patience {
  key: number;
  work: number;
}
export const PATIENCE: Patience = { key: 5_000, work: 14_000 };

/** What a body may be long, in bytes, unless the route says otherwise. */
export const BODY_LIMIT = 1024 * 1024;

export interface Route {
  /** The operation's one name: here, in OpenAPI and in the SDK. */
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base path, parameters as `:id`. */
  path: string;
  summary: string;
  description?: string;
  tag: string;
  /** The scope a key needs; null for any key; `open` where the operation finds out itself who is calling. */
  scope: ApiScope | null | 'open';
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  bodyLimit?: number;
  /** A body that shows the operation at work, for the documentation; tests send it. */
  example?: unknown;
  success: { status: 200 | 201; message: string; body: TSchema; example?: unknown };
  /** The media types of an answer that is a file, without the envelope. */
  files?: string[];
  /** The errors of this operation, beside those every operation may answer. With `version_conflict` it takes If-Match. */
  errors?: ErrorCode[];
  /** Answers the ETag of the record in the body. */
  versioned?: boolean;
  /** Answers the record that the id in the path means now, with a Link when that is another. */
  canonical?: boolean;
  /** Its statements are shared by all who ask meanwhile, or it takes its turns itself: it needs none to begin. */
  shared?: boolean;
  /** With the query parameter `wait` it waits for something to happen, and does no work meanwhile. */
  waits?: boolean;
  handle(request: Call): Promise<unknown>;
}

/** What a handler gets: an authenticated caller and input that fits the schemas. */
export interface Call {
  /** Set by an operation that finds out itself who is calling. */
  caller: Caller;
  params: Record<string, string>;
  query: never;
  body: never;
  /** The version in If-Match; null when absent or `*`. */
  ifMatch: number | null;
  /** What the Idempotency-Key says; null without one. */
  retry: Retry | null;
  /** The session cookie that came with the request. */
  cookie: SessionCookie;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** The client has gone: what was not begun need not be. */
  isGone: () => boolean;
  /** Which address it comes from. */
  from: From;
}

/** What stands between a request and its handler. */
export interface Doors {
  authentication: Authentication;
  limits: RateLimits;
  room: Room;
  waitingRoom: Room;
  receivingRoom: Room;
  turns: Turns;
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
    retry: Retry | null;
    cookie: SessionCookie;
    signal: AbortSignal;
    isGone: () => boolean;
    from: From;
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
  doors: Doors,
  toSchema: (route: Route) => object,
  compile: (schema: object, part: string) => Validator,
  patience: Patience = PATIENCE,
): void {
  // A key that is known already costs no turn of the event loop.
  const authenticate = (request: FastifyRequest): Caller | Promise<Caller> => {
    const caller = callerOf(doors.authentication, request);
    return caller instanceof Promise ? inTime(patience.key, caller) : caller;
  };
  for (const definition of routes) {
    const check = inputCheck(definition, compile);
    const arriving = ({ raw, caller }: FastifyRequest, reply: FastifyReply): Receiving => ({
      room: doors.receivingRoom,
      who: caller.scope.businessId,
      request: raw,
      response: reply.raw,
      limit: definition.bodyLimit ?? BODY_LIMIT,
    });
    app.route({
      method: definition.method,
      url: BASE + definition.path,
      schema: toSchema(definition),
      ...(definition.bodyLimit && { bodyLimit: definition.bodyLimit }),
      onRequest: (request, reply, done) => {
        const enter = (caller: Caller) => {
          request.caller = caller;
          const place = placeOf(doors, definition, request);
          // Before the body is read: it is in vain where there is no room.
          if (!place.hasRoomFor(caller.scope.businessId)) return done(place.refuse());
          const { headers, error } = doors.limits.admit(caller.scope);
          reply.headers(headers);
          if (error) return done(error);
          if (definition.scope !== null && !caller.scopes.has(definition.scope as ApiScope))
            return done(new ApiError('forbidden', `This API key lacks the scope ${definition.scope}.`));
          try {
            receive(arriving(request, reply));
            done();
          } catch (error) {
            done(error as Error);
          }
        };
        if (definition.scope === 'open') return done(crossSite(request) ?? undefined);
        try {
          const caller = authenticate(request);
          if (caller instanceof Promise) caller.then(enter, done);
          else enter(caller);
        } catch (error) {
          done(error as Error);
        }
      },
      preParsing: (request, reply, payload, done) => {
        const isCounted = definition.scope !== 'open' && 'transfer-encoding' in request.headers;
        done(null, isCounted ? receivePieces(arriving(request, reply)) : payload);
      },
      handler: async (request, reply) => {
        const who = definition.scope === 'open' ? 'open' : request.caller.scope.businessId;
        const place = placeOf(doors, definition, request);
        const leave = place.enter(who, workOf(request.bodyBytes));
        const longest = patience.work + 1000 * secondsOf(definition, request);
        const until = performance.now() + longest;
        let file: Readable | null = null;
        let underWay: Promise<unknown> | null = null;
        try {
          const input = check(request);
          const call = {
            caller: request.caller,
            ...input,
            ifMatch: ifMatchOf(definition, request),
            retry: retryOf(definition, request, input.query),
            cookie: new SessionCookie(request, reply),
            // Made when asked for: hardly any operation waits.
            get signal() {
              return request.signal;
            },
            isGone: () => request.raw.socket.destroyed || performance.now() > until,
            from: fromOf(request),
          };
          const work = () => definition.handle(call as never);
          const takesTurn = definition.method === 'GET' && !definition.shared && place === doors.room;
          underWay = takesTurn ? doors.turns.run(call.caller.scope.businessId, work, call.isGone) : work();
          const body = await inTime(longest, underWay);
          underWay = null;
          // Who waited may be let in no more: a key ends for what is under way too.
          const isStillOpen = () => authenticate(request);
          if (place === doors.waitingRoom) await isStillOpen();
          if (definition.scope === 'open') request.caller = call.caller;
          if (call.retry?.replayed) reply.header('idempotent-replayed', 'true');
          if (body instanceof FileBody) {
            file = Readable.from(request.method === 'HEAD' ? [] : whileOpen(body.chunks, isStillOpen));
            return sendFile(reply, body, file);
          }
          return answer(definition, request, reply, body);
        } finally {
          // A file is under way until it is sent, or its caller is gone; work that nobody waits for any more, until it is done.
          if (file) file.once('close', leave);
          else if (underWay) Promise.allSettled([underWay]).then(() => leave());
          else leave();
        }
      },
    });
  }
}

/** A file is made while it is sent, at the pace of whoever takes it. */
async function* whileOpen(chunks: AsyncIterable<string>, isStillOpen: () => unknown): AsyncIterable<string> {
  for await (const chunk of chunks) {
    await isStillOpen();
    yield chunk;
  }
}

const fromOf =
  (request: FastifyRequest): From =>
  () =>
    networkOf(request.ip);

/** How long it asks to wait for something to happen. */
const secondsOf = ({ waits }: Route, { query }: FastifyRequest): number =>
  waits ? Number((query as { wait?: string }).wait ?? 0) : 0;

const placeOf = ({ room, waitingRoom }: Doors, definition: Route, request: FastifyRequest): Room =>
  secondsOf(definition, request) > 0 ? waitingRoom : room;

/** What the promise comes to. Throws 503 when it takes longer: what is under way by then goes on, and may be done. */
async function inTime<T>(millis: number, promise: Promise<T>): Promise<T> {
  const found = await within(millis, promise);
  if (found !== null) return found;
  throw new ApiError(
    'database_unavailable',
    'The database did not answer in time. What was asked may still be done: upserts, and writes with an Idempotency-Key, are safe to send again.',
  );
}

/** A key in the Authorization header wins; the cookie of the console is looked at only without one. */
function callerOf(authentication: Authentication, request: FastifyRequest): Caller | Promise<Caller> {
  const { authorization } = request.headers;
  const token = authorization === undefined ? readToken(request) : null;
  const from = fromOf(request);
  if (token === null) return authentication.authenticate(authorization, from);
  const refusal = crossSiteWrite(request);
  if (refusal) throw refusal;
  return authentication.authenticateSession(token, from);
}

function answer(
  { success: { status, message }, versioned, canonical }: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
): FastifyReply {
  const { id, version } = body as { id?: string; version?: number };
  // Asked for under an id that was merged away: the answer says where it lives now.
  if (canonical && id && id !== (request.params as { id: string }).id.toLowerCase())
    reply.header('link', `<${BASE}/customers/${id}>; rel="canonical"`);
  // An answer that the version before kept may say none.
  if (versioned && version !== undefined) reply.header('etag', `"${version}"`);
  return reply.code(status).headers(JSON_HEADERS).send(success(message, body));
}

/** Who asked for a file and takes none of it for so long has gone, or holds room that others would use. */
export const STALLED_MS = 60_000;

export const hangUpWhenStalled = (response: ServerResponse, millis = STALLED_MS): ServerResponse =>
  response.setTimeout(millis, () => response.destroy());

/** Sent as it is made: what fails on the way cuts the connection, so that nobody takes a part for the whole. */
function sendFile(reply: FastifyReply, { contentType, name }: FileBody, file: Readable): FastifyReply {
  hangUpWhenStalled(reply.raw);
  return reply
    .headers({
      ...JSON_HEADERS,
      'content-type': contentType,
      'content-disposition': `attachment; filename="${name}"`,
    })
    .send(file);
}

/** Of an operation that has no schema of a query or a body: a `dry_run` in the body of a delete must not be passed over. */
const NOTHING = { type: 'object', additionalProperties: false };

/** Reads path, query and body by their schemas; throws one 422 that names everything wrong with any of them. */
function inputCheck(
  { params, query, body }: Route,
  compile: (schema: object, part: string) => Validator,
): (request: FastifyRequest) => { params: unknown; query: unknown; body: unknown } {
  const checks = { params, query: query ?? NOTHING, body: body ?? NOTHING };
  const parts = Object.entries(checks).map(([part, schema]) => ({
    part: part as keyof typeof checks,
    validate: schema && compile(schema, part),
  }));
  const takesNoBody = body === undefined;
  return (request) => {
    const input = { params: request.params, query: request.query, body: request.body };
    const errors: FieldError[] = [];
    for (const { part, validate } of parts) {
      if (!validate || (part === 'body' && takesNoBody && input.body == null)) continue;
      const checked = validate(input[part]);
      if ('error' in checked) errors.push(...checked.error.errors);
      else input[part] = checked.value;
    }
    if (errors.length > 0) throw invalid(errors);
    return input;
  };
}

/** Signing in and out are no writes of the business: each token is given out once. */
export const isRepeatable = (scope: Route['scope']): boolean => scope !== null && scope !== 'open';

/** Every write takes an Idempotency-Key; a dry run has nothing to repeat. */
function retryOf(
  { method, scope }: Route,
  { headers, caller, url, body }: FastifyRequest,
  query: unknown,
): Retry | null {
  if (method === 'GET' || !isRepeatable(scope) || (query as { dry_run?: boolean }).dry_run) return null;
  const { businessId, locationId } = caller.scope;
  const request = { method, url, body, ifMatch: headers['if-match'] };
  return readRetry(headers['idempotency-key'], locationId ?? businessId, request);
}

/** One rule for what is documented and what is read: who may answer that a version is stale looks at the one that came. */
export const takesIfMatch = ({ errors }: Route): boolean => errors?.includes('version_conflict') ?? false;

/** RFC 9110 section 13.1.1, with the version number as the entity tag. */
function ifMatchOf(definition: Route, request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*' || !takesIfMatch(definition)) return null;
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
    /** How long its JSON body was. */
    bodyBytes: number;
  }
}
