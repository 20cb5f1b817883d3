/** Each theme of the campaign runs to its end, small, and every claim holds. */
import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

it.each(['kill', 'postgres', 'network', 'disk', 'pause', 'clock', 'instances'])(
  '%s',
  async (theme) => {
    const output = await smoke(theme);
    // Where there is no room for a disk of its own, or no library that moves the clock, the theme says so.
    expect(output).toMatch(/^(held +acknowledged writes lost: 0 of \d|not run )/m);
  },
  120_000,
);
