import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it('kill: rounds run to their end, and nothing acknowledged is lost', async () => {
  expect(await smoke('kill')).toMatch(/^held .*normal service afterwards.* 2 rounds/m);
}, 60_000);
