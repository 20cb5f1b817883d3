/** `clientele keys`: API keys. A key itself is printed when it is made, and never again. */
import type { Command } from 'commander';
import type { Sql } from '../database/connect.ts';
import type { ApiScope } from '../tenancy/authentication.ts';
import type { KeyUseDay } from '../tenancy/key-use-store.ts';
import {
  createApiKey,
  listApiKeys,
  listApiKeyUses,
  OVERLAP_SECONDS,
  revokeApiKey,
  rotateApiKey,
} from '../tenancy/operations.ts';
import type { Scope } from '../tenancy/scope.ts';
import type { ApiKey } from '../tenancy/store.ts';
import { durationArgument, futureArgument, idArgument, nameArgument, scopesArgument } from './arguments.ts';
import { scopeOf } from './businesses.ts';
import { withDatabase } from './database.ts';
import { everyPage } from './pages.ts';
import { type CommandContext, table, visible } from './terminal.ts';

interface BusinessOption {
  business?: string;
}
interface CreateOptions extends BusinessOption {
  scopes?: ApiScope[];
  location?: string;
  expires?: string;
}
interface RotateOptions extends BusinessOption {
  overlap?: number;
  expires?: string;
}

export function addKeys(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('make, list, look into, rotate and revoke API keys');
  const command = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--business <id>', 'the business; may be left out when there is exactly one', idArgument);
  command('create', 'make an API key, which is shown this once')
    .argument('<name>', 'what the key is for', nameArgument)
    .option(
      '--scopes <list>',
      'what it may do, separated by commas (default: customers:read,customers:write)',
      scopesArgument,
    )
    .option('--location <id>', 'the one location it is bound to (default: all of the business)', idArgument)
    .option('--expires <time>', 'when it ends, such as 2030-01-31', futureArgument)
    .action((name: string, options: CreateOptions) => create(context, name, options));
  command('list', 'list the API keys, never the keys themselves').action((options: BusinessOption) =>
    list(context, options),
  );
  command('uses', 'show what a key was used for on the last 30 days that it was, those of a revoked one too')
    .argument('<id>', 'the id of the key', idArgument)
    .action((id: string, options: BusinessOption) => uses(context, id, options));
  command('rotate', 'make a new key in place of one; the old one keeps working for the overlap')
    .argument('<id>', 'the id of the key', idArgument)
    .option(
      '--overlap <duration>',
      'how long the old key keeps working (default: 24h)',
      durationArgument,
      OVERLAP_SECONDS,
    )
    .option('--expires <time>', 'when the new key ends (default: never)', futureArgument)
    .action((id: string, options: RotateOptions) => rotate(context, id, options));
  command('revoke', 'end a key: it fails within one second')
    .argument('<id>', 'the id of the key', idArgument)
    .action((id: string, options: BusinessOption) => revoke(context, id, options));
}

async function create(context: CommandContext, name: string, options: CreateOptions) {
  const made = await inBusiness(context, options, (sql, scope) =>
    createApiKey(sql, scope, {
      name,
      scopes: options.scopes,
      location_id: options.location,
      expires_at: options.expires,
    }),
  );
  context.terminal.print(`API key: ${made.key}`);
}

async function list(context: CommandContext, options: BusinessOption) {
  const keys = await inBusiness(context, options, (sql, scope) =>
    everyPage((after) => listApiKeys(sql, scope, after, 100)),
  );
  context.terminal.print(
    table(
      ['ID', 'NAME', 'SCOPES', 'LOCATION', 'CREATED', 'EXPIRES', 'REVOKED', 'LAST USED'],
      keys.map(toRow),
    ),
  );
}

const toRow = (key: ApiKey): string[] => [
  key.id,
  key.name,
  key.scopes.join(','),
  key.location_id ?? 'all',
  ...[key.created_at, key.expires_at, key.revoked_at, key.last_used_at].map(toSecond),
];

/** ISO text to the second; `-` for never. */
const toSecond = (time: string | null): string => (time ? `${time.slice(0, 19)}Z` : '-');

async function uses(context: CommandContext, id: string, options: BusinessOption) {
  const { items } = await inBusiness(context, options, (sql, scope) =>
    listApiKeyUses(sql, scope, id, null, 30),
  );
  context.terminal.print(
    table(
      ['DAY (UTC)', 'OPERATION', 'REQUESTS', 'REFUSED', 'DENIED', 'LIMITED', 'FAILED', 'LAST SUCCESS'],
      items.flatMap(toUseRows),
    ),
  );
}

const toUseRows = ({ day, operations }: KeyUseDay): string[][] =>
  operations.map(({ operation, requests, refused, denied, limited, failed, succeeded_at }) => [
    day,
    operation,
    ...[requests, refused, denied, limited, failed].map(String),
    toSecond(succeeded_at),
  ]);

async function rotate(context: CommandContext, id: string, options: RotateOptions) {
  const { overlap = OVERLAP_SECONDS, expires } = options;
  const made = await inBusiness(context, options, (sql, scope) =>
    sql.begin((tx) => rotateApiKey(tx, scope, id, { overlap_seconds: overlap, expires_at: expires })),
  );
  const end = new Date(Date.now() + overlap * 1000).toISOString();
  context.terminal.print(`API key: ${made.key}`);
  context.terminal.tell(
    overlap > 0 ? `The old key keeps working until ${toSecond(end)}.` : 'The old key is revoked.',
  );
}

async function revoke(context: CommandContext, id: string, options: BusinessOption) {
  const key = await inBusiness(context, options, (sql, scope) => revokeApiKey(sql, scope, id));
  context.terminal.print(`Revoked: ${key.id} (${visible(key.name)})`);
}

const inBusiness = <T>(
  { config }: CommandContext,
  { business }: BusinessOption,
  work: (sql: Sql, scope: Scope) => Promise<T>,
): Promise<T> => withDatabase(config(), async (sql) => work(sql, await scopeOf(sql, business)));
