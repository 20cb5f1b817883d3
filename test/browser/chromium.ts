/** The browser that tests and pictures are made with: Debian's Chromium, and how it comes to this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

export const BINARY = '/usr/bin/chromium';
const BUILT = join(import.meta.dirname, '../../dist/console/index.html');
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** What apt-get is called with, one call after the other, where Chromium is missing. */
export const INSTALLING = [
  ['update'],
  ['install', '-y', '--no-install-recommends', 'chromium'],
] satisfies string[][];

/** Throws where the pages are not there that the browser would show. */
export function requireConsole(): void {
  if (!existsSync(BUILT)) throw new Error('The console is not built: run npm run build first.');
}

export const hasChromium = (): boolean => existsSync(BINARY);

export const launchChromium = async (): Promise<Browser> =>
  await chromium.launch({ executablePath: BINARY, args: FLAGS.split(' ') });
