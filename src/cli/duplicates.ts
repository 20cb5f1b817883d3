/** `clientele duplicates scan`: looks for customers who may be one person, to the end of what there is. */
import type { Command } from 'commander';
import { countOpenPairs, scanDuplicates } from '../customers/duplicate-scan.ts';
import { idArgument } from './arguments.ts';
import { scopeOf } from './businesses.ts';
import { withDatabase } from './database.ts';
import type { CommandContext } from './terminal.ts';

export function addDuplicates(program: Command, context: CommandContext): void {
  program
    .command('duplicates')
    .description('find customers who may be one person')
    .command('scan')
    .description('compare everybody written since the last scan with the others of their location')
    .option('--business <id>', 'the business (default: the only one)', idArgument)
    .action((options: { business?: string }) => scan(context, options));
}

async function scan({ config, terminal }: CommandContext, { business }: { business?: string }) {
  const { customers, open } = await withDatabase(config(), async (sql) => {
    const { businessId } = await scopeOf(sql, business);
    const progress = await scanDuplicates(sql, businessId, {
      onPage: ({ customers, seq, last }) => {
        terminal.tell(`${customers} customers compared (${Math.floor((seq / last) * 100)} %)`);
        return true;
      },
    });
    return { ...progress, open: await countOpenPairs(sql, businessId) };
  });
  terminal.print(`Compared: ${customers}\nPossible duplicates: ${open}`);
}
