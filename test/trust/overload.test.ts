import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it('overload: more than the service bears is sent, and nothing but refusals comes of it', async () => {
  expect(await smoke('overload')).toMatch(/5xx other than 503: 0 of [\d,]{4,}/);
}, 120_000);
