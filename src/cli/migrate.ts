/** `clientele migrate`: brings the schema up to date, and spreads it over a cluster, without starting the service. */
import type { Command } from 'commander';
import { withDatabase } from './database.ts';
import type { CommandContext } from './terminal.ts';

export function addMigrate(program: Command, { config, terminal }: CommandContext): void {
  program
    .command('migrate')
    .description(
      'bring the database to the schema of this version and, where it has Citus, spread the tables over its nodes (the service does so at every start)',
    )
    .action(async () => {
      const { applied, distributed } = await withDatabase(config(), async (_sql, renewal) => renewal, {
        mayMake: true,
      });
      for (const name of applied) terminal.print(`Applied ${name}`);
      for (const name of distributed) terminal.print(`Distributed ${name}`);
      if (applied.length + distributed.length === 0) terminal.print('The schema is up to date.');
    });
}
