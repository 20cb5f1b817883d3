/** The browser that tests and pictures are made with: Debian's Chromium, and how it comes to this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

export const BINARY = '/usr/bin/chromium';
const BUILT = join(import.meta.dirname, '../../dist/console/index.html');
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** What a shell is told where Chromium is missing. */
export const INSTALLING =
  'apt-get update && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium';

/** Throws where the pages are not there that the browser would show. */
export function requireConsole(): void {
  if (!existsSync(BUILT)) throw new Error('The console is not built: run npm run build first.');
}

export const hasChromium = (): boolean => existsSync(BINARY);

/**
 * Installs Chromium where it is missing. One at a time: of two that fetch the lists of packages one fails, and a binary is
 * there before what it needs.
 */
export function installChromium(): void {
  if (!hasChromium()) console.log('Chromium is not here: installing Debian’s package chromium.');
  const lock = join(tmpdir(), 'clientele-chromium.lock');
  execFileSync('flock', [lock, 'sh', '-c', `[ -x ${BINARY} ] || { ${INSTALLING}; }`], { stdio: 'ignore' });
}

export const launchChromium = async (): Promise<Browser> =>
  await chromium.launch({ executablePath: BINARY, args: FLAGS.split(' ') });
