import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it('input: hundreds of requests that nobody should send get documented answers', async () => {
  expect(await smoke('input')).toMatch(/^held .*OpenAPI document does not describe: 0 of 600/m);
}, 120_000);
