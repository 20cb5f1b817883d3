/** Traces, as a collector on loopback receives them. */
import { type Server as Collector, createServer as createCollector } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openService } from '../../src/customers/service.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { createServer } from '../../src/http/server.ts';
import { type Origin, readTraceparent, Tracer, traced, traceWith } from '../../src/tracing.ts';
import { sender, serve, useService } from '../harness.ts';

interface Received {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
  links: { traceId: string; spanId: string }[];
  status: { code?: number };
}

const service = useService();
const posts: { headers: Record<string, unknown>; url: string; text: string }[] = [];
let collector: Collector;
let tracer: Tracer;
let pool: Sql;
let other: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  collector = createCollector((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      posts.push({ headers: request.headers, url: request.url!, text });
      response.end('{}');
    });
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  const { port } = collector.address() as AddressInfo;
  const { tracing } = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20xyz,x-of-all=1',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Basic%20abc',
    OTEL_SERVICE_NAME: 'customers',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other, deployment.environment=try%2C%20out',
  });
  tracer = new Tracer(tracing!);
  traceWith(tracer);
  pool = connect(service.databaseUrl, { max: 4 });
  other = await serve(pool);
});
afterAll(async () => {
  traceWith(null);
  await tracer.stop();
  await other.server.close();
  await pool.end();
  collector.close();
});

async function received(): Promise<Received[]> {
  await tracer.flush();
  return posts.flatMap(({ text }) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as Received[]);
}
const attributesOf = ({ attributes }: Received) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));

describe('a trace', () => {
  it('goes on from the caller to the group of writes, and holds nothing of the customer', async () => {
    const { key, id } = await service.business();
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const headers = { traceparent: `00-${parent.traceId}-${parent.spanId}-01` };
    const ann = { name: 'Zuleika Zyx', phone: '0412 345 678' };
    const { body } = await sender(other.url, key)('PUT', '/customers', ann, { headers });
    const spans = await received();
    const request = spans.find(({ traceId, kind }) => traceId === parent.traceId && kind === 2)!;
    expect(request).toMatchObject({ name: 'PUT /api/v2/customers', parentSpanId: parent.spanId, status: {} });
    expect(attributesOf(request)).toEqual({
      'http.request.method': 'PUT',
      'http.route': '/api/v2/customers',
      'clientele.operation': 'upsertCustomer',
      'http.response.status_code': 200,
    });
    expect(Number(BigInt(request.endTimeUnixNano) - BigInt(request.startTimeUnixNano))).toBeGreaterThan(0);
    const write = spans.find(({ name }) => name === 'write')!;
    expect(write).toMatchObject({ traceId: parent.traceId, parentSpanId: request.spanId });
    const group = spans.find(({ name }) => name === 'write group')!;
    expect(group.links).toEqual([{ traceId: parent.traceId, spanId: write.spanId }]);
    expect(attributesOf(group)).toEqual({ writes: 1 });
    const inner = spans.filter(({ parentSpanId }) => parentSpanId === group.spanId);
    expect(inner.map(({ name }) => name).sort()).toEqual(['commit', 'load']);
    const text = posts.map((post) => post.text).join();
    for (const secret of ['Zuleika', '0412', '61412', key, id, body.id]) expect(text).not.toContain(secret);
    expect(posts[0]!).toMatchObject({ url: '/v1/traces', headers: { authorization: 'Basic abc' } });
    expect(posts[0]!.headers['x-of-all']).toBeUndefined();
    expect(JSON.parse(posts[0]!.text).resourceSpans[0].resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'customers' } },
      { key: 'deployment.environment', value: { stringValue: 'try, out' } },
    ]);
  });

  it('says what a request failed of, and is not kept when its caller does not keep it', async () => {
    const send = sender(other.url, null);
    await send('GET', '/customers');
    await send('GET', '/locations', undefined, {
      headers: { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00` },
    });
    const spans = await received();
    const failed = spans.find(({ name }) => name === 'GET /api/v2/customers')!;
    expect(attributesOf(failed)).toMatchObject({
      'http.response.status_code': 401,
      'error.type': 'unauthorized',
    });
    expect(spans.filter(({ traceId }) => traceId === 'c'.repeat(32))).toEqual([]);
  });

  it('is named by the lines of the log that its requests write', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const logged = await createServer(await openService(pool), logger);
    const send = sender(await logged.listen({ port: 0, host: '127.0.0.1' }), 'clt_x');
    const traceparent = `00-${'e'.repeat(32)}-${'f'.repeat(16)}-00`;
    const { headers } = await send('GET', '/customers', undefined, { headers: { traceparent } });
    await logged.close();
    const told = lines
      .map((line) => JSON.parse(line))
      .filter(({ reqId }) => reqId)
      .map(({ msg, reqId, trace_id }) => [msg, reqId, trace_id]);
    const id = headers.get('x-request-id');
    expect(told).toEqual([
      ['sign-in refused', id, 'e'.repeat(32)],
      ['request', id, 'e'.repeat(32)],
    ]);
  });

  it.each([
    [undefined, false],
    ['', false],
    ['nonsense', false],
    [`00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, false],
    [`ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`, false],
    [`00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`, true],
    [`01-${'1'.repeat(32)}-${'1'.repeat(16)}-01-more`, true],
  ])('traceparent %s', (header, isOne) => {
    expect(readTraceparent(header) !== null).toBe(isOne);
  });
});

describe('without the variables', () => {
  it('nothing is traced', async () => {
    expect(readConfig({}).tracing).toBeNull();
    expect(
      readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' }).tracing,
    ).toBeNull();
    expect(
      readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }).tracing,
    ).toBeNull();
    expect(readConfig({ OTEL_TRACES_EXPORTER: 'otlp' }).tracing!.url).toBe('http://localhost:4318/v1/traces');
    traceWith(null);
    expect(await traced('work', async () => 1)).toBe(1);
    traceWith(tracer);
  });
});

describe('the sampler', () => {
  const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' };
  const from = (isSampled: boolean): Origin => ({
    // Two thirds of all ids come before it.
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    isSampled,
  });

  // What is kept of the traces that begin here; that of a caller who keeps it; that of one who does not.
  it.each([
    [undefined, undefined, 1, true, false],
    [undefined, '0.25', 0.25, true, false],
    ['always_on', undefined, 1, true, true],
    ['always_on', '0', 1, true, true],
    ['traceidratio', undefined, 1, true, true],
    ['traceidratio', '0.25', 0.25, false, false],
    ['traceidratio', '0.75', 0.75, true, true],
    ['parentbased_always_on', undefined, 1, true, false],
    ['parentbased_always_off', undefined, 0, true, false],
    ['parentbased_traceidratio', '0.25', 0.25, true, false],
    ['ParentBased_TraceIdRatio', '0', 0, true, false],
  ] as const)('%s with %s', async (sampler, argument, share, ofKept, ofUnkept) => {
    const { tracing } = readConfig({
      ...ENDPOINT,
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: argument,
    });
    const one = new Tracer(tracing!);
    const begun = Array.from({ length: 1_000 }, () => one.begin('x', 'server', null));
    const kept = begun.filter(({ isSampled }) => isSampled).length / begun.length;
    if (share === 0 || share === 1) expect(kept).toBe(share);
    else expect(Math.abs(kept - share)).toBeLessThan(0.08);
    expect([true, false].map((flag) => one.begin('x', 'server', from(flag)).isSampled)).toEqual([
      ofKept,
      ofUnkept,
    ]);
    const inner = begun.filter((span) => one.begin('y', 'internal', span).isSampled !== span.isSampled);
    expect(inner, 'what is done for a request is kept as it is').toEqual([]);
    await one.stop();
  });

  it.each([
    ['always_off', undefined],
    ['traceidratio', '0'],
  ])('%s with %s traces nothing at all', (sampler, argument) => {
    const env = { ...ENDPOINT, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
    expect(readConfig(env).tracing).toBeNull();
  });

  it.each([
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon'],
    ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', '0'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hushhush'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'authorization=%hushhush'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=hushhush'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_EXPORTER', 'console'],
  ])('%s=%s costs the traces and not the start, and no secret is repeated', (name, value) => {
    const { tracing, tracingFault } = readConfig({ ...ENDPOINT, [name]: value });
    expect(tracing).toBeNull();
    expect(tracingFault).toMatch(new RegExp(`^${name} must be .* no traces are sent\\.$`));
    expect(tracingFault).not.toMatch(/hushhush/);
  });

  it('nothing is said where nothing is wrong', () => {
    expect(readConfig(ENDPOINT).tracingFault).toBeNull();
    expect(
      readConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).tracingFault,
      'no traces are asked for',
    ).toBeNull();
  });
});

it('what is said of traces alone wins over what is said of all signals', () => {
  const { tracing } = readConfig({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/own',
    OTEL_EXPORTER_OTLP_TIMEOUT: '7000',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '50',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=theirs',
  });
  expect(tracing).toEqual({
    url: 'http://x/own',
    headers: {},
    timeout: 50,
    resource: { 'service.name': 'theirs' },
    share: 1,
    followsCaller: true,
  });
});

it('a collector that takes longer than OTEL_EXPORTER_OTLP_TIMEOUT is given up', async () => {
  const silent = createCollector(() => {});
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const { port } = silent.address() as AddressInfo;
  const errors: unknown[] = [];
  const { tracing } = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '100',
  });
  const one = new Tracer(tracing!, (error) => errors.push(error));
  one.end(one.begin('x', 'server', null));
  await one.stop();
  expect(errors).toMatchObject([{ name: 'TimeoutError' }]);
  silent.closeAllConnections();
  silent.close();
});
