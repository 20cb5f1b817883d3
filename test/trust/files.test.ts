import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it('files: broken and hostile files end with a true account', async () => {
  expect(await smoke('files')).toMatch(/^held .*without a true account: 0 of \d\d files/m);
}, 120_000);
