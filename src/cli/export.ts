/** `clientele export`: the customers as a file, through the service that runs. */
import { open, rename } from 'node:fs/promises';
import type { Command } from 'commander';
import { EXPORT_FORMATS } from '../customers/schema.ts';
import { download } from '../imports/service.ts';
import { idArgument, repeated } from './arguments.ts';
import { type ServiceOptions, serviceOf, withService } from './service.ts';
import { type CommandContext, UsageError } from './terminal.ts';

interface ExportOptions extends ServiceOptions {
  location?: string;
  status?: string;
  source?: string;
  q?: string;
  tag: string[];
}

const MORE = `
The name of the file says what it becomes: .csv for spreadsheets, .ndjson for programs (one record of the API a line).
No cell of the CSV runs as a formula; phone numbers stay as they are. Importing the file again changes nothing.`;

export function addExport(program: Command, context: CommandContext): void {
  withService(program.command('export'))
    .description('export customers to a CSV or NDJSON file')
    .argument('<file>', 'the file to be written: .csv or .ndjson')
    .option('--location <id>', 'those of one location', idArgument)
    .option('--status <status>', 'those of one status')
    .option('--source <source>', 'those of one source')
    .option('--tag <tag>', 'those with a tag; may be repeated, all must match', repeated, [])
    .option('--q <text>', 'those whom a search finds')
    .addHelpText('after', MORE)
    .action((file: string, options: ExportOptions) => exportFile(context, file, options));
}

async function exportFile(context: CommandContext, file: string, options: ExportOptions): Promise<void> {
  const { terminal } = context;
  const format = EXPORT_FORMATS.find((known) => file.toLowerCase().endsWith(`.${known}`));
  if (!format) throw new UsageError('The file must end in .csv or .ndjson: that says what it becomes.');
  const { location: location_id, status, source, q } = options;
  const filters = Object.entries({ location_id, status, source, q }).filter(
    ([, value]) => value !== undefined,
  );
  const query = new URLSearchParams([
    ['format', format],
    ...(filters as [string, string][]),
    ...options.tag.map((tag): [string, string] => ['tag', tag]),
  ]);
  // It holds personal data, and takes its name when it is whole.
  const part = await open(`${file}.part`, 'w', 0o600);
  const started = Date.now();
  let lines = 0;
  let told = started;
  try {
    for await (const chunk of download(serviceOf(context, options), `/api/v2/customers/export?${query}`)) {
      await part.write(chunk);
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      if (Date.now() - told < 5_000) continue;
      told = Date.now();
      terminal.tell(`${lines} lines, ${Math.round((1000 * lines) / (told - started))} a second`);
    }
  } finally {
    await part.close();
  }
  await rename(`${file}.part`, file);
  terminal.print(`${lines} lines in ${((Date.now() - started) / 1000).toFixed(1)} s: ${file}`);
}
