/** `clientele locations`: the locations of one business. */
import type { Command } from 'commander';
import { createLocation, listLocations } from '../tenancy/operations.ts';
import { countryArgument, idArgument, nameArgument } from './arguments.ts';
import { scopeOf } from './businesses.ts';
import { withDatabase } from './database.ts';
import { everyPage } from './pages.ts';
import { type CommandContext, table } from './terminal.ts';

interface BusinessOption {
  business?: string;
}
interface CreateOptions extends BusinessOption {
  country?: string;
  timezone?: string;
}

const BUSINESS = 'the business; may be left out when there is exactly one';

export function addLocations(program: Command, context: CommandContext): void {
  const locations = program.command('locations').description('make and list locations');
  locations
    .command('create')
    .description('make a location')
    .argument('<name>', 'the name of the location', nameArgument)
    .option('--business <id>', BUSINESS, idArgument)
    .option(
      '--country <code>',
      'reads phone numbers without a country code (default: CLIENTELE_COUNTRY or AU)',
      countryArgument,
    )
    .option('--timezone <name>', 'its time zone (default: CLIENTELE_TIMEZONE or Australia/Sydney)')
    .action((name: string, options: CreateOptions) => create(context, name, options));
  locations
    .command('list')
    .description('list the locations with their ids')
    .option('--business <id>', BUSINESS, idArgument)
    .action((options: BusinessOption) => list(context, options));
}

async function create({ config, terminal }: CommandContext, name: string, options: CreateOptions) {
  const { country, timezone } = config();
  const input = { name, country: options.country ?? country, timezone: options.timezone ?? timezone };
  const location = await withDatabase(config(), async (sql) => {
    const scope = await scopeOf(sql, options.business);
    return await sql.begin((tx) => createLocation(tx, scope, input));
  });
  terminal.print(`Location: ${location.id}`);
}

async function list({ config, terminal }: CommandContext, { business }: BusinessOption) {
  const locations = await withDatabase(config(), async (sql) => {
    const scope = await scopeOf(sql, business);
    return await everyPage((after) => listLocations(sql, scope, after, 100));
  });
  terminal.print(
    table(
      ['ID', 'NAME', 'COUNTRY', 'TIME ZONE'],
      locations.map(({ id, name, country, timezone }) => [id, name, country, timezone]),
    ),
  );
}
