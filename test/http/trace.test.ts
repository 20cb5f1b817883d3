/** Traces, as a collector on loopback receives them. */
import { type Server as Collector, createServer as createCollector } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openService } from '../../src/customers/service.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { createServer } from '../../src/http/server.ts';
import { readTraceparent, Tracer, traced, traceWith } from '../../src/tracing.ts';
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
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
    OTEL_SERVICE_NAME: 'customers',
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
    expect(text).toContain('"stringValue":"customers"');
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
    const told = lines.map((line) => JSON.parse(line)).map(({ msg, reqId, trace_id }) => [msg, reqId, trace_id]);
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
