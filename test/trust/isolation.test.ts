import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it('isolation: every place of an id is attacked, and nothing is told or changed', async () => {
  expect(await smoke('isolation')).toMatch(/^held .*answered otherwise than unknown ones: 0 of \d{3}/m);
}, 120_000);
