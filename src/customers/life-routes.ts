/** What can happen to a customer beside the six operations, as HTTP routes (contract sections 4 and 5). No logic. */
import Type from 'typebox';
import { type Call, type Route, route } from '../http/route.ts';
import * as duplicates from './duplicates.ts';
import * as example from './examples.ts';
import { listImports } from './imports.ts';
import * as life from './life.ts';
import * as schema from './life-schema.ts';
import { DryRunQuery, NoQuery } from './schema.ts';
import type { Service, WriteOptions } from './service.ts';
import { exportCustomer } from './subject-export.ts';

const params = Type.Object({ id: Type.String({ description: 'The id of the customer.' }) });
const writeErrors = ['customer_not_found', 'customer_merged', 'version_conflict', 'write_conflict'] as const;
/** What every write here may be asked. */
const options = ({
  query,
  ifMatch,
  retry,
}: Pick<Call, 'ifMatch' | 'retry'> & { query: { dry_run?: boolean } }): WriteOptions => ({
  dryRun: query.dry_run,
  ifMatch,
  retry,
});

export function lifeRoutes(service: Service): Route[] {
  return [
    route({
      operationId: 'restoreCustomer',
      method: 'POST',
      path: '/customers/:id/restore',
      summary: 'Restore a deleted customer',
      description:
        'Brings a deleted customer back with its contacts. Contacts that somebody else has by now stay there and are named in `contacts_taken`. Restoring a live customer changes nothing.',
      tag: 'Life of a customer',
      scope: 'customers:delete',
      params,
      query: DryRunQuery,
      success: { status: 200, message: 'Customer restored!', body: schema.RestoredCustomer },
      errors: [...writeErrors, 'contact_in_use'],
      versioned: true,
      handle: async (call) => await life.restoreCustomer(service, call.caller, call.params.id, options(call)),
    }),
    route({
      operationId: 'eraseCustomer',
      method: 'POST',
      path: '/customers/:id/erase',
      summary: 'Erase a customer',
      description:
        'The privacy erase: personal data is gone from the record, its history, kept answers and search, at once and for good. An `erased` event without personal data remains. Only a legal hold prevents it.',
      tag: 'Life of a customer',
      scope: 'customers:erase',
      params,
      query: DryRunQuery,
      success: { status: 200, message: 'Customer erased.', body: schema.ErasedCustomer },
      errors: [...writeErrors, 'delete_blocked'],
      handle: async (call) => await life.eraseCustomer(service, call.caller, call.params.id, options(call)),
    }),
    route({
      operationId: 'mergeCustomers',
      method: 'POST',
      path: '/customers/:id/merge',
      summary: 'Merge another customer into this one',
      description:
        "The survivor's values win, its blanks are filled, contacts, tags, references and free-form fields are united. The id of the other keeps answering with the survivor. `dry_run=true` is the preview.",
      tag: 'Duplicates and merge',
      scope: 'customers:write',
      params,
      query: DryRunQuery,
      body: schema.MergeInput,
      example: { from: example.customer.id },
      success: { status: 200, message: 'Customers merged!', body: schema.MergedCustomer },
      errors: [...writeErrors, 'merge_blocked'],
      versioned: true,
      handle: async (call) =>
        await life.mergeCustomers(service, call.caller, call.params.id, call.body.from, options(call)),
    }),
    route({
      operationId: 'unmergeCustomers',
      method: 'POST',
      path: '/customers/:id/unmerge',
      summary: 'Take a merge back',
      description:
        'Both customers are as they were before the merge, as far as no later edit touched them; `kept` and `contacts_taken` name what could not be put back.',
      tag: 'Duplicates and merge',
      scope: 'customers:write',
      params,
      query: DryRunQuery,
      body: schema.MergeInput,
      example: { from: example.customer.id },
      success: { status: 200, message: 'Customers unmerged!', body: schema.UnmergedCustomers },
      errors: [...writeErrors, 'not_merged', 'contact_in_use'],
      versioned: true,
      handle: async (call) =>
        await life.unmergeCustomers(service, call.caller, call.params.id, call.body.from, options(call)),
    }),
    route({
      operationId: 'listDuplicates',
      method: 'GET',
      path: '/duplicates',
      summary: 'List possible duplicates',
      description:
        'Pairs of customers that may be one person, the likeliest first, with the reasons in words. `dismissed=true` lists those that were dismissed instead, the last one first.',
      tag: 'Duplicates and merge',
      scope: 'customers:read',
      query: schema.DuplicatesQuery,
      success: { status: 200, message: 'Possible duplicates fetched!', body: schema.DuplicatePage },
      errors: ['invalid_cursor', 'location_forbidden', 'location_not_found'],
      handle: async ({ caller, query }) => await duplicates.listDuplicates(service, caller, query),
    }),
    route({
      operationId: 'dismissDuplicate',
      method: 'POST',
      path: '/duplicates/:id/dismiss',
      summary: 'Dismiss a possible duplicate',
      description:
        'The two are different people: the pair is not shown again. `POST /duplicates/{id}/reopen` takes it back.',
      tag: 'Duplicates and merge',
      scope: 'customers:write',
      params: Type.Object({ id: Type.String({ description: 'The id of the pair.' }) }),
      query: NoQuery,
      success: { status: 200, message: 'Possible duplicate dismissed.', body: schema.DismissedDuplicate },
      errors: ['duplicate_not_found'],
      handle: async ({ caller, params, retry }) =>
        await duplicates.dismissDuplicate(service, caller, params.id, retry),
    }),
    route({
      operationId: 'reopenDuplicate',
      method: 'POST',
      path: '/duplicates/:id/reopen',
      summary: 'Reopen a dismissed duplicate',
      description:
        'The two may be one person after all: the pair is open again. Reopening an open one changes nothing.',
      tag: 'Duplicates and merge',
      scope: 'customers:write',
      params: Type.Object({ id: Type.String({ description: 'The id of the pair.' }) }),
      query: NoQuery,
      success: { status: 200, message: 'Possible duplicate reopened.', body: schema.ReopenedDuplicate },
      errors: ['duplicate_not_found'],
      handle: async ({ caller, params, retry }) =>
        await duplicates.reopenDuplicate(service, caller, params.id, retry),
    }),
    route({
      operationId: 'listReferences',
      method: 'GET',
      path: '/customers/:id/references',
      summary: 'List references of other systems',
      tag: 'References and holds',
      scope: 'customers:read',
      params,
      query: NoQuery,
      success: { status: 200, message: 'References fetched!', body: schema.ReferenceList },
      errors: ['customer_not_found'],
      handle: async ({ caller, params }) => await life.listReferences(service, caller, params.id),
    }),
    route({
      operationId: 'putReference',
      method: 'PUT',
      path: '/customers/:id/references/:kind/:ref',
      summary: 'Register a reference',
      description:
        'Another system says what it has about the customer: a booking, an invoice, an enquiry. While it is `open` the customer is not deleted.',
      tag: 'References and holds',
      scope: 'customers:write',
      params: schema.referenceParams,
      query: DryRunQuery,
      body: schema.ReferenceInput,
      example: { state: 'open' },
      success: { status: 200, message: 'Reference saved!', body: schema.WrittenReference },
      errors: [...writeErrors],
      versioned: true,
      handle: async (call) => {
        const { id, kind, ref } = call.params;
        const reference = { kind, ref, state: call.body.state };
        return await life.putReference(service, call.caller, id, reference, options(call));
      },
    }),
    route({
      operationId: 'removeReference',
      method: 'DELETE',
      path: '/customers/:id/references/:kind/:ref',
      summary: 'Remove a reference',
      description: 'Removing one that is not there changes nothing.',
      tag: 'References and holds',
      scope: 'customers:write',
      params: schema.referenceParams,
      query: DryRunQuery,
      success: { status: 200, message: 'Reference removed.', body: schema.RemovedReference },
      errors: [...writeErrors],
      versioned: true,
      handle: async (call) => {
        const { id, kind, ref } = call.params;
        const reference = { kind, ref, state: null };
        return await life.putReference(service, call.caller, id, reference, options(call));
      },
    }),
    route({
      operationId: 'placeLegalHold',
      method: 'PUT',
      path: '/customers/:id/legal-hold',
      summary: 'Place a legal hold',
      description: 'The customer is neither deleted nor erased until the hold is lifted.',
      tag: 'References and holds',
      scope: 'admin',
      params,
      query: DryRunQuery,
      body: schema.HoldInput,
      example: { reason: 'Claim 2026/118' },
      success: { status: 200, message: 'Legal hold placed.', body: schema.Hold },
      errors: [...writeErrors],
      versioned: true,
      handle: async (call) =>
        await life.setLegalHold(service, call.caller, call.params.id, call.body.reason, options(call)),
    }),
    route({
      operationId: 'liftLegalHold',
      method: 'DELETE',
      path: '/customers/:id/legal-hold',
      summary: 'Lift a legal hold',
      tag: 'References and holds',
      scope: 'admin',
      params,
      query: DryRunQuery,
      success: { status: 200, message: 'Legal hold lifted.', body: schema.Hold },
      errors: [...writeErrors],
      versioned: true,
      handle: async (call) =>
        await life.setLegalHold(service, call.caller, call.params.id, null, options(call)),
    }),
    route({
      operationId: 'listCustomerEvents',
      method: 'GET',
      path: '/customers/:id/events',
      summary: 'List what happened to a customer',
      description:
        'Every write: who, when, what changed, before and after. Newest first; with what happened to those merged into it.',
      tag: 'History',
      scope: 'customers:read',
      params,
      query: schema.EventsQuery,
      success: { status: 200, message: 'Events fetched!', body: schema.EventPage },
      errors: ['customer_not_found'],
      handle: async ({ caller, params, query }) =>
        await life.getCustomerEvents(service, caller, params.id, query.cursor ?? null, query.limit ?? 20),
    }),
    route({
      operationId: 'exportCustomer',
      method: 'GET',
      path: '/customers/:id/export',
      summary: 'Export everything about a customer',
      description:
        'All that is kept about one person as one answer, for whoever asks what is known of them: the record and those merged into it, references, possible duplicates and the whole history. A deleted customer is exported until it is purged; an erased one is gone.',
      tag: 'Life of a customer',
      scope: 'customers:read',
      params,
      query: schema.SubjectExportQuery,
      success: { status: 200, message: 'Customer exported!', body: schema.SubjectExport },
      errors: ['customer_not_found'],
      canonical: true,
      handle: async ({ caller, params, query }) =>
        await exportCustomer(service, caller, params.id, query.cursor ?? null),
    }),
    route({
      operationId: 'listEvents',
      waits: true,
      method: 'GET',
      path: '/events',
      summary: 'Follow what happens',
      description:
        'Every event in the order of commits: whoever follows `next_cursor` misses none and sees none twice. `wait` holds the request until something happens. A cursor never expires; after a restore of a backup one that stands for what the backup lacks is 400 `invalid_cursor`.',
      tag: 'History',
      scope: 'customers:read',
      query: schema.FeedQuery,
      success: { status: 200, message: 'Events fetched!', body: schema.Feed },
      errors: ['invalid_cursor'],
      handle: async ({ caller, query, signal }) => await life.listEvents(service, caller, query, signal),
    }),
    route({
      operationId: 'listImports',
      method: 'GET',
      path: '/imports',
      summary: 'List imports',
      description:
        'What was written under an `import_id`, the newest first: how many customers each import made and changed, by whom, and how many were put back since. `GET /customers?import_id=…` lists the customers.',
      tag: 'Imports',
      scope: 'customers:read',
      query: schema.ImportsQuery,
      success: { status: 200, message: 'Imports fetched!', body: schema.ImportPage },
      errors: ['invalid_cursor', 'location_forbidden', 'location_not_found'],
      handle: async ({ caller, query }) => await listImports(service, caller, query),
    }),
    route({
      operationId: 'undoImport',
      method: 'POST',
      path: '/imports/:id/undo',
      summary: 'Undo an import',
      description:
        'Puts back what the writes with this `import_id` changed: records it made are deleted, others are as they were. Records edited since are left alone and named. Goes through some hundred records a call: call again with `next_cursor` until it is null.',
      tag: 'Imports',
      scope: 'customers:delete',
      params: Type.Object({ id: Type.String({ description: 'The import_id.' }) }),
      query: schema.UndoQuery,
      success: { status: 200, message: 'Import undone.', body: schema.UndoResult },
      errors: ['import_not_found', 'invalid_cursor', 'write_conflict'],
      handle: async ({ caller, params, query, retry }) =>
        await life.undoImport(service, caller, params.id, query.cursor ?? null, { retry }),
    }),
  ];
}
