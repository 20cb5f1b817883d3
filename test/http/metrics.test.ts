/** What a monitor reads at /metrics (contract section 5, "discovery"). */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';

const service = useService();
const ANN = { name: 'Ann Example', phone: '0412 345 678' };

/** The figures by their names with labels, such as `clientele_requests_total{operation="getCustomer",status="200"}`. */
async function figures(): Promise<Record<string, number>> {
  const { status, text, headers } = await service.send('GET', '//metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('/metrics', () => {
  it('counts requests by operation and status, writes, and the duplicates that were not made', async () => {
    const { send } = await service.business();
    await send('PUT', '/customers', ANN);
    await send('PUT', '/customers', ANN);
    await send('PUT', '/customers/batch', { customers: [ANN, { ...ANN, tags: ['vip'] }] });
    await send('PUT', '/customers?dry_run=true', ANN);
    await send('GET', '/customers/00000000-0000-7000-8000-000000000000');
    const seen = await figures();
    expect(seen['clientele_requests_total{operation="upsertCustomer",status="200"}']).toBe(3);
    expect(seen['clientele_requests_total{operation="getCustomer",status="404"}']).toBe(1);
    expect(seen['clientele_request_duration_seconds_count{operation="upsertCustomers"}']).toBe(1);
    expect(seen.clientele_upserts_created_total).toBe(1);
    expect(seen.clientele_duplicates_prevented_total).toBe(3);
    expect(seen.clientele_writes_total).toBe(4);
    expect(seen.clientele_writes_waiting).toBe(0);
    expect(seen.clientele_ready).toBe(1);
    expect(seen.clientele_pool_size).toBe(8);
    expect(seen.clientele_housekeeping_finished_timestamp_seconds).toBe(0);
    // There from the start, so that the first of them is an increase.
    expect(seen['clientele_errors_total{code="internal_error"}']).toBe(0);
    expect(seen.process_resident_memory_bytes).toBeGreaterThan(1_000_000);
  });

  it('names no business, no customer and no path', async () => {
    const business = await service.business();
    await business.send('PUT', '/customers', ANN);
    await business.send('GET', '/nowhere/0412345678?q=Example');
    const { text } = await service.send('GET', '//metrics');
    for (const secret of [business.id, business.locationId, business.key, 'Example', '0412345678', 'nowhere'])
      expect(text).not.toContain(secret);
  });
});
