/** Each theme of the campaign runs to its end, small, and every claim holds. */
import { expect, it } from 'vitest';
import { smoke } from './smoke.ts';

const HELD = /^held +acknowledged writes lost: 0 of [1-9]/m;
/** Where there is no room for a disk of its own, or no library that moves the clock, the theme says so. */
const NOT_RUN: Record<string, RegExp> = {
  disk: /^not run +disk full: nothing acknowledged is lost: not run/m,
  clock: /^not run +clock jumps: order holds: not run/m,
};

it.each(['kill', 'postgres', 'network', 'disk', 'pause', 'clock', 'instances'])(
  '%s',
  async (theme) => {
    const output = await smoke(theme);
    if (!NOT_RUN[theme]?.test(output)) expect(output).toMatch(HELD);
  },
  120_000,
);
