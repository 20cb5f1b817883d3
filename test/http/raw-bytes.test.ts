/** Bytes on the socket that are not HTTP, or two readings of one request: an enveloped 4xx, then the connection ends. */
import { beforeAll, describe, expect, it } from 'vitest';
import { stored } from '../contract/stored.ts';
import { type TestBusiness, useService } from '../harness.ts';
import { exchange, hiddenIn, REQUESTS } from './raw-requests.ts';

const service = useService();
let business: TestBusiness;
beforeAll(async () => {
  business = await service.business();
});

describe('raw bytes', () => {
  it.each(REQUESTS)('%s: refused in the envelope, and the connection ends', async (_what, bytes, status) => {
    const text = await exchange(service.url, Buffer.from(bytes.replace('KEY', business.key), 'latin1'));
    const answers = text.match(/^HTTP\/1\.1 (\d{3})/gm) ?? [];
    expect(answers, `one answer, not\n${text}`).toHaveLength(1);
    expect(answers[0]!.slice(-3)).toMatch(status);
    const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
    if (!text.startsWith('HTTP/1.1 200')) {
      expect(body).toMatchObject({
        success: false,
        message: expect.any(String),
        body: { code: expect.any(String) },
      });
    }
  });

  it('a second request hidden in the body of a first is not carried out', async () => {
    for (const bytes of hiddenIn(business.key)) await exchange(service.url, bytes);
    expect((await stored(service.sql, business.id)).customers).toBe(0);
  });

  it('the service goes on', async () => {
    expect((await service.send('GET', '//health')).status).toBe(200);
  });
});
