/** The HTTP server: what it takes, how it refuses, and the explicit list of everything it serves. */
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { FORMATS } from '../customers/formats.ts';
import { lifeRoutes } from '../customers/life-routes.ts';
import { customerRoutes } from '../customers/routes.ts';
import { UpsertInput } from '../customers/schema.ts';
import type { Service } from '../customers/service.ts';
import { poolOf } from '../database/connect.ts';
import { demoRoutes } from '../demo/routes.ts';
import type { KeyUses } from '../tenancy/key-uses.ts';
import { tenancyRoutes } from '../tenancy/routes.ts';
import { sessionRoutes } from '../tenancy/session-routes.ts';
import { tracing } from '../tracing.ts';
import { type Console, registerConsole } from './console.ts';
import { closeGently, Doors, STOP_MS } from './doors.ts';
import { failure, sendError } from './envelope.ts';
import { ApiError } from './errors.ts';
import { parseJsonBody } from './json-body.ts';
import { Metrics } from './metrics.ts';
import { registerOpenApi, toSchema } from './openapi.ts';
import { Readiness, registerProbes } from './probes.ts';
import { requestIds } from './request-ids.ts';
import { BASE, BODY_LIMIT, type Patience, type Route, registerRoutes } from './route.ts';
import { shedEarly } from './shed.ts';
import { traceRequests } from './trace.ts';
import { schemaCompiler } from './validation.ts';

const MOST_HEADERS = 100;
/** As JavaScript counts: the name of a reference may have 128 characters, and each may take two. */
const LONGEST_PARAM = 256;
/** Node counts the path with its query, and the names and values of the headers. */
const MOST_HEADER_BYTES = 16_384;
/** How often it is looked for requests that take too long to arrive: such a one ends at most so much late. */
const SLOW_LOOK_MS = 1_000;

export type Server = FastifyInstance & { routes: Route[]; doors: Doors };

export interface ServerOptions {
  /** Milliseconds that a stop leaves idle connections to those who are about to send on them. */
  linger?: number;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  trustProxy?: string[] | false;
  /** How long a caller waits for an answer at most. */
  patience?: Patience;
}

/** Builds the server; it listens when told to. */
export async function createServer(
  service: Service,
  logger: Logger,
  { linger = 0, trustProxy = false, patience }: ServerOptions = {},
): Promise<Server> {
  const newId = requestIds();
  const app: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    genReqId: newId,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    // Unless a proxy is known, anybody could write any address into X-Forwarded-For.
    trustProxy,
    requestTimeout: 30_000,
    // Longer than a stop may take.
    pluginTimeout: 2 * STOP_MS,
    keepAliveTimeout: 72_000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_PARAM },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler: answerRawError,
    http: {
      // Refused below, in the envelope.
      requireHostHeader: false,
      connectionsCheckingInterval: SLOW_LOOK_MS,
      // Node refuses where so many are reached.
      maxHeaderSize: MOST_HEADER_BYTES + 1,
    },
  });
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (_request, socket: Socket) => answerRawError(new Error('no proxy'), socket));
  // Node drops what is beyond this without a word: one more than is taken, so that it is seen.
  app.server.maxHeadersCount = MOST_HEADERS + 1;
  app.addHook('onRequest', (request, _reply, done) => {
    const { httpVersion, rawHeaders } = request.raw;
    // The parser of Node takes a line without a version for HTTP/0.9, and whoever stands before us may not.
    if (httpVersion === '0.9')
      return done(new ApiError('invalid_request', 'The request names no version: send HTTP/1.1.'));
    if (rawHeaders.length > 2 * MOST_HEADERS)
      return done(new ApiError('invalid_request', `The request has more than ${MOST_HEADERS} headers.`));
    const isHostless = request.headers.host === undefined && httpVersion === '1.1';
    if (isHostless) return done(new ApiError('invalid_request', 'The request has no Host header.'));
    // Nobody reads what was sent to nowhere.
    const { method } = request;
    done(request.is404 && method !== 'GET' && method !== 'HEAD' ? noSuchPath() : undefined);
  });
  const compile = schemaCompiler(FORMATS);
  // Routes check their input themselves: all of it, before they say what is wrong.
  app.setValidatorCompiler(() => () => true);
  // Answers are text already: the envelope is written once, beside the message.
  app.setSerializerCompiler(() => (data) => (typeof data === 'string' ? data : JSON.stringify(data)));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.bodyBytes = body.length;
    const { 'content-encoding': coding = 'identity' } = request.headers;
    if (coding.toLowerCase() !== 'identity')
      return done(
        new ApiError('unsupported_media_type', 'Send the body uncompressed, without Content-Encoding.'),
      );
    try {
      // Clients that always send the media type also send it with no body at all.
      done(null, body.length === 0 ? undefined : parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  let pages: Console | null = null;
  app.setNotFoundHandler((request, reply) => {
    if (pages?.isPage(request)) return pages.send(reply);
    return sendError(noSuchPath(), request, reply);
  });
  app.decorateRequest('caller');
  app.decorateRequest('bodyBytes', 0);
  app.decorateRequest('errorCode');
  app.decorateRequest('refusedKey');
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id);
    done(null, payload);
  });
  const readiness = new Readiness(service, logger);
  const metrics = new Metrics({
    ...service,
    pool: () => poolOf(service.sql),
    isReady: async () => (await readiness.fault()) === null,
  });
  measureRequests(app, metrics, service.uses);
  const tracer = tracing();
  if (tracer) traceRequests(app, tracer);
  if (logger.isLevelEnabled('info')) logRequests(app);
  // Those who wait for events are answered first: what is under way holds a stop up.
  app.addHook('preClose', (done) => {
    service.feed.close();
    done();
  });

  // Any site may call with a key of its own. `credentials` stays off: no other site can use the cookie of the console.
  await app.register(cors, {
    origin: true,
    credentials: false,
    exposedHeaders: [
      'etag',
      'idempotent-replayed',
      'link',
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
      'x-request-id',
    ],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  });
  await registerOpenApi(app, { UpsertInput });

  const routes = [
    ...customerRoutes(service, compile(UpsertInput)),
    ...lifeRoutes(service),
    ...demoRoutes(service),
    ...tenancyRoutes(service.sql, service.authentication, service.running),
    ...sessionRoutes(service.sql, service.authentication, service.limits),
  ];
  registerRoutes(app, routes, service, toSchema, compile, patience);
  registerProbes(app, readiness, metrics);
  pages = await registerConsole(app);
  app.get('/', { schema: { hide: true } as object }, async (_request, reply) =>
    pages ? pages.send(reply) : reply.redirect('/docs'),
  );
  const doors = new Doors(app.server);
  closeGently(app, doors, linger);
  await app.ready();
  shedEarly(app.server, BASE, {
    room: service.room,
    whose: (authorization) => service.authentication.businessOf(authorization),
    newId,
  });
  return Object.assign(app, { routes, doors }) as unknown as Server;
}

const noSuchPath = () => new ApiError('route_not_found', 'There is no such path for this method. See /docs.');

/** Under the operation's name: a path would hold ids. Long polling is as long as its caller asked. */
function measureRequests(app: FastifyInstance, metrics: Metrics, uses: KeyUses): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { caller, refusedKey } = request;
    const { operationId = 'other' } = (request.routeOptions.schema ?? {}) as { operationId?: string };
    metrics.observe(operationId, reply.statusCode, reply.elapsedTime / 1000);
    if (request.errorCode) metrics.countError(request.errorCode);
    // Whose key it was that was refused is not always known; a wrong key is nobody's.
    if (caller) uses.count(caller.scope.businessId, caller.scope.actor.id!, operationId, reply.statusCode);
    else if (refusedKey) uses.count(refusedKey.businessId, refusedKey.keyId, operationId, reply.statusCode);
    done();
  });
}

/** Method, route, status, time and ids; never a URL, a body or a header: they hold personal data and keys. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        key: request.caller?.scope.actor.id,
      },
      'request',
    );
    done();
  });
}

/** What is not HTTP at all still gets the envelope, then the connection is closed. */
function answerRawError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const isHeaders = error.code === 'HPE_HEADER_OVERFLOW';
  const isTimeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = isHeaders
    ? '431 Request Header Fields Too Large'
    : isTimeout
      ? '408 Request Timeout'
      : '400 Bad Request';
  const message = isHeaders
    ? 'The headers are too large.'
    : isTimeout
      ? 'The request took too long to arrive.'
      : 'The request is not valid HTTP.';
  const body = failure(new ApiError('invalid_request', message));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
