/** `clientele migrate`: brings the schema up to date without starting the service. */
import type { Command } from 'commander';
import { withDatabase } from './database.ts';
import type { CommandContext } from './terminal.ts';

export function addMigrate(program: Command, { config, terminal }: CommandContext): void {
  program
    .command('migrate')
    .description('bring the database to the schema of this version (the service does so at every start)')
    .action(async () => {
      const applied = await withDatabase(config(), async (_sql, names) => names, { mayMake: true });
      for (const name of applied) terminal.print(`Applied ${name}`);
      if (applied.length === 0) terminal.print('The schema is up to date.');
    });
}
