/** `clientele doctor`: whether configuration, server, schema and data are sound, and what to do where they are not. */
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { isUnavailable } from '../database/connect.ts';
import { CHECKS, examine, type Found } from '../doctor/doctor.ts';
import { openDatabase, unreachable } from './database.ts';
import { type CommandContext, table } from './terminal.ts';

const MORE = `
It looks at: configuration, reachability, ${CHECKS.join(', ')}. A service may run and write meanwhile.
Exit code 0: all is well; 1: there are findings, in a table with what to do about each. Settings that may be meant so are in the
table as warnings and do not count.
--fix counts customers and imports anew, drops what has expired and pairs of customers that are gone, writes again what is
kept beside records, builds invalid and missing indexes, has tables analyzed, and frees leases that a wrong clock took. Nothing
else.`;

export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check the configuration, the database and every record, and say what is wrong')
    .option('--fix', 'repair what can be repaired without losing anything')
    .addHelpText('after', MORE)
    .action((options: { fix?: boolean }) => doctor(context, options));
}

async function doctor(context: CommandContext, { fix = false }: { fix?: boolean }): Promise<void> {
  const { terminal } = context;
  const { findings, repaired } = await diagnose(context, fix);
  for (const { check, what } of repaired) terminal.print(`Repaired (${check}): ${what}`);
  if (findings.every(({ isWarning }) => isWarning)) terminal.print('All is well.');
  printFindings(context, findings);
}

/** Prints a table of them, if there are any; the command fails unless all are warnings. */
export function printFindings(context: CommandContext, findings: Found[]): void {
  if (findings.length === 0) return;
  if (!findings.every(({ isWarning }) => isWarning)) context.exitCode = 1;
  context.terminal.print(
    table(
      ['CHECK', 'FOUND', 'WHAT TO DO'],
      findings.map(({ check, what, remedy, isWarning }) => [
        check,
        isWarning ? `Warning: ${what}` : what,
        remedy,
      ]),
    ),
  );
}

/** What cannot be read or reached is found too. */
async function diagnose(
  { config: read, terminal }: CommandContext,
  fix: boolean,
): Promise<{ findings: Found[]; repaired: Found[] }> {
  let config: Config | null = null;
  try {
    config = read();
    const { url, stop } = await openDatabase(config);
    try {
      return await examine(config, url, { fix, tell: (line) => terminal.tell(line) });
    } finally {
      await stop();
    }
  } catch (error) {
    const check = config ? 'reachability' : 'configuration';
    const said = error instanceof Error ? error.message : String(error);
    const what = config && isUnavailable(error) ? unreachable(config, error) : said;
    return { findings: [{ check, what, remedy: REMEDIES[check] }], repaired: [] };
  }
}

const REMEDIES = {
  configuration: 'Set the variable right (docs/operations.md lists them), then run the doctor again.',
  reachability: 'Do what the message says, then run the doctor again.',
};
