/** `clientele undo`: puts back what an import wrote, through the service that runs. */
import type { Command } from 'commander';
import { send } from '../imports/service.ts';
import { idArgument } from './arguments.ts';
import { type ServiceOptions, serviceOf, withService } from './service.ts';
import type { CommandContext } from './terminal.ts';

interface UndoAnswer {
  restored: number;
  deleted: number;
  undone_before: number;
  skipped: { customer_id: string; reason: string }[];
  next_cursor: string | null;
}

const REASONS: Record<string, string> = {
  edited_since: 'was edited since',
  deleted_since: 'was deleted since',
  merged_since: 'was merged since',
  delete_blocked: 'is kept by the delete rules',
};

export function addUndo(program: Command, context: CommandContext): void {
  withService(program.command('undo'), 'customers:delete')
    .description('undo an import: records it made are deleted, others are as they were before')
    .argument('<import>', 'the id that the import printed at its end', idArgument)
    .addHelpText(
      'after',
      '\nRecords edited since the import are left as they are, and named. Undoing twice is safe.',
    )
    .action((id: string, options: ServiceOptions) => undo(context, id, options));
}

async function undo(context: CommandContext, id: string, options: ServiceOptions) {
  const { terminal } = context;
  const service = serviceOf(context, options);
  const total = { restored: 0, deleted: 0, undone_before: 0, skipped: 0 };
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/api/v2/imports/${id}/undo${cursor && `?cursor=${cursor}`}`;
    const answer = await send(service, 'POST', path, '');
    if (answer.status !== 200) throw new Error(answer.message);
    const body = answer.body as unknown as UndoAnswer;
    for (const { customer_id, reason } of body.skipped)
      terminal.print(`left as it is: ${customer_id}, which ${REASONS[reason] ?? reason}`);
    total.restored += body.restored;
    total.deleted += body.deleted;
    total.undone_before += body.undone_before;
    total.skipped += body.skipped.length;
    terminal.tell(`${total.restored + total.deleted + total.undone_before + total.skipped} customers done`);
    cursor = body.next_cursor;
  }
  terminal.print(`put back:      ${total.restored}`);
  terminal.print(`deleted:       ${total.deleted}`);
  if (total.undone_before > 0) terminal.print(`undone before: ${total.undone_before}`);
  terminal.print(`left:          ${total.skipped}`);
}
