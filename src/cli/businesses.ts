/** `clientele businesses`: the businesses of this database, and which of them a command is about. */
import type { Command } from 'commander';
import type { Sql } from '../database/connect.ts';
import { createBusiness } from '../tenancy/operations.ts';
import type { Scope } from '../tenancy/scope.ts';
import { listBusinesses, selectLocations } from '../tenancy/store.ts';
import { credentials } from '../welcome.ts';
import { countryArgument, nameArgument } from './arguments.ts';
import { withDatabase } from './database.ts';
import { type CommandContext, table } from './terminal.ts';

interface CreateOptions {
  location: string;
  country?: string;
  timezone?: string;
}

export function addBusinesses(program: Command, context: CommandContext): void {
  const businesses = program.command('businesses').description('make and list businesses');
  businesses
    .command('create')
    .description('make a business with a first location and an API key, which is shown this once')
    .argument('<name>', 'the name of the business', nameArgument)
    .option('--location <name>', 'the name of its first location', nameArgument, 'Main')
    .option(
      '--country <code>',
      'the country of the location (default: CLIENTELE_COUNTRY or AU)',
      countryArgument,
    )
    .option(
      '--timezone <name>',
      'the time zone of the location (default: CLIENTELE_TIMEZONE or Australia/Sydney)',
    )
    .action((name: string, options: CreateOptions) => create(context, name, options));
  businesses
    .command('list')
    .description('list the businesses with their ids')
    .action(() => list(context));
}

async function create({ config, terminal }: CommandContext, name: string, options: CreateOptions) {
  const { country, timezone } = config();
  const location = {
    name: options.location,
    country: options.country ?? country,
    timezone: options.timezone ?? timezone,
  };
  const made = await withDatabase(config(), (sql) => createBusiness(sql, { name, location }), {
    mayMake: true,
  });
  terminal.print(credentials(made));
}

async function list({ config, terminal }: CommandContext) {
  const businesses = await withDatabase(config(), (sql) => listBusinesses(sql));
  terminal.print(
    table(
      ['ID', 'NAME'],
      businesses.map(({ id, name }) => [id, name]),
    ),
  );
}

/** The scope of a command: the business named, or the only one. Throws a sentence that says how to find the id. */
export async function scopeOf(sql: Sql, businessId: string | undefined): Promise<Scope> {
  return {
    businessId: businessId ? await existing(sql, businessId) : await theOnly(sql),
    locationId: null,
    actor: { type: 'system', id: null, name: 'command line' },
  };
}

async function existing(sql: Sql, id: string): Promise<string> {
  // A business is made together with its first location.
  const locations = await selectLocations(sql, id, null, null, 1);
  if (locations.length === 0)
    throw new Error(`There is no business ${id}: "clientele businesses list" shows them.`);
  return id;
}

async function theOnly(sql: Sql): Promise<string> {
  const [first, second] = await listBusinesses(sql);
  if (!first) throw new Error('There is no business yet: make one with "clientele businesses create NAME".');
  if (second) {
    throw new Error(
      'There are several businesses: say which with --business ID ("clientele businesses list" shows them).',
    );
  }
  return first.id;
}
