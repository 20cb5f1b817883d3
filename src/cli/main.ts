/** The command line: assembles the commands, one file each, and turns how they end into an exit code. */
import { Command, CommanderError } from 'commander';
import { readConfig } from '../config.ts';
import { addBackup } from './backup.ts';
import { addBusinesses } from './businesses.ts';
import { addDoctor } from './doctor.ts';
import { addDuplicates } from './duplicates.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addLocations } from './locations.ts';
import { addMigrate } from './migrate.ts';
import {
  type CommandContext,
  standardTerminal,
  type Terminal,
  UsageError,
  version,
  visible,
} from './terminal.ts';
import { addUndo } from './undo.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 it failed or the doctor found something, 2 it was called wrongly, 3 some rows of an import failed.
Settings come from the environment (docs/operations.md): CLIENTELE_DATA or DATABASE_URL, CLIENTELE_URL, CLIENTELE_KEY.`;

/** Runs one command and answers its exit code; an error is one sentence on the terminal, never thrown. */
export async function run(
  args: string[],
  terminal: Terminal = standardTerminal,
  environment?: NodeJS.ProcessEnv,
): Promise<number> {
  const context: CommandContext = { config: () => readConfig(environment), terminal, exitCode: 0 };
  try {
    await assemble(context).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.tell(`clientele: ${visible(error instanceof Error ? error.message : String(error))}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function assemble(context: CommandContext): Command {
  const { terminal } = context;
  const lines = (text: string) => text.replace(/\n$/, '');
  const program = new Command('clientele')
    .description('The customer-records service: its businesses, locations, API keys and imports.')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(lines(text)),
      writeErr: (text) => terminal.tell(lines(text)),
    })
    .showHelpAfterError('(add --help for how to call it)')
    .addHelpText('after', EXIT_CODES);
  // Commands inherit the settings above when they are added.
  for (const add of [
    addImport,
    addExport,
    addUndo,
    addBusinesses,
    addLocations,
    addKeys,
    addDuplicates,
    addMigrate,
    addDoctor,
    addBackup,
  ])
    add(program, context);
  return program;
}
