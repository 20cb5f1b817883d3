/** The running service that a command talks to: how it is named, and what is needed to call it. */
import type { Command } from 'commander';
import type { ServiceAddress } from '../imports/service.ts';
import { urlArgument } from './arguments.ts';
import { type CommandContext, UsageError, visible } from './terminal.ts';

export interface ServiceOptions {
  key?: string;
  url?: string;
}

const RETRY_MS = 30_000;

/** Adds the options that name the service; `scope` is the one its key needs beyond the usual. */
export const withService = (command: Command, scope?: string): Command =>
  command
    .option('--key <key>', `the API key${scope ? `, with the scope ${scope}` : ''} (default: CLIENTELE_KEY)`)
    .option(
      '--url <url>',
      'where the service is (default: CLIENTELE_URL or http://127.0.0.1:3000)',
      urlArgument,
    );

/** The service of a command. Throws UsageError without a key. */
export function serviceOf({ config, terminal }: CommandContext, options: ServiceOptions): ServiceAddress {
  const { key, url } = config();
  const given = options.key ?? key;
  if (!given)
    throw new UsageError('This needs an API key: set CLIENTELE_KEY ("clientele keys create" makes one).');
  if (!/^[\x21-\x7e]+$/.test(given)) throw new UsageError('The API key has characters that no key has.');
  let last = '';
  const onRetry = (reason: string) => {
    if (reason !== last) terminal.tell(`${visible(reason)} Trying again for ${RETRY_MS / 1000} s.`);
    last = reason;
  };
  return { url: options.url ?? url, key: given, retryFor: RETRY_MS, onRetry };
}
