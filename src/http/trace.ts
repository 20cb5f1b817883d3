/** A span for each request: its operation, its status and where its caller's trace goes on. Its log lines name the trace. */
import type { FastifyInstance } from 'fastify';
import { inside, readTraceparent, type Span, type Tracer } from '../tracing.ts';

export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<object, Span>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { url, schema } = request.routeOptions;
    const { operationId } = (schema ?? {}) as { operationId?: string };
    const span = tracer.begin(
      url ? `${request.method} ${url}` : request.method,
      'server',
      readTraceparent(request.headers.traceparent),
    );
    Object.assign(span.attributes, {
      'http.request.method': request.method,
      ...(url && { 'http.route': url }),
      ...(operationId && { 'clientele.operation': operationId }),
    });
    spans.set(request, span);
    request.log = request.log.child({ trace_id: span.traceId });
    done();
  });
  // After the body was read: what reads it begins outside.
  app.addHook('preHandler', (request, _reply, done) => {
    inside(spans.get(request)!, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    if (span) {
      span.attributes['http.response.status_code'] = reply.statusCode;
      if (request.errorCode) span.attributes['error.type'] = request.errorCode;
      tracer.end(span, reply.statusCode >= 500);
    }
    done();
  });
}
