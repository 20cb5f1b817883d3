/** The customer operations as HTTP routes (contract sections 1 and 5). No logic. */
import Type from 'typebox';
import type { Retry } from '../http/idempotency.ts';
import { type Route, route } from '../http/route.ts';
import type { Validator } from '../http/validation.ts';
import type { Caller } from '../tenancy/authentication.ts';
import * as example from './examples.ts';
import { getCustomerGrowth } from './growth.ts';
import { CustomerGrowth, GrowthQuery } from './growth-schema.ts';
import { getCustomer } from './life.ts';
import { AtQuery, ForceQuery } from './life-schema.ts';
import * as operations from './operations.ts';
import * as schema from './schema.ts';
import type { Service } from './service.ts';

const tag = 'Customers';
const params = Type.Object({ id: Type.String({ description: 'The id of the customer.' }) });
const contactErrors = [
  'location_forbidden',
  'location_not_found',
  'location_required',
  'write_conflict',
] as const;

const importOptions = (
  { dry_run: dryRun, import_id: importId }: { dry_run?: boolean; import_id?: string },
  retry: Retry | null,
) => ({ dryRun, importId: importId?.toLowerCase() ?? null, retry });

/** The customer routes; `checkUpsert` validates one item of a batch. */
export function customerRoutes(service: Service, checkUpsert: Validator): Route[] {
  const checkItem = (item: unknown): schema.UpsertInput => {
    const checked = checkUpsert(item);
    if ('error' in checked) throw checked.error.toApiError();
    return checked.value as schema.UpsertInput;
  };
  const update = {
    path: '/customers/:id',
    summary: 'Update a customer',
    description:
      'Absent fields stay as they are, null clears. `contacts` is the whole new list: an item with a known id is changed, one without is added, a missing one is removed.',
    tag,
    scope: 'customers:write' as const,
    params,
    query: schema.DryRunQuery,
    body: schema.UpdateInput,
    example: example.update,
    success: {
      status: 200 as const,
      message: 'Customer updated successfully.',
      body: schema.WrittenCustomer,
      example: example.updated,
    },
    errors: [
      'customer_not_found' as const,
      'customer_merged' as const,
      'contact_in_use' as const,
      'version_conflict' as const,
      'write_conflict' as const,
    ],
    versioned: true,
    handle: async ({
      caller,
      params,
      query,
      body,
      ifMatch,
      retry,
    }: {
      caller: Caller;
      params: { id: string };
      query: { dry_run?: boolean };
      body: schema.UpdateInput;
      ifMatch: number | null;
      retry: Retry | null;
    }) =>
      await operations.updateCustomer(service, caller, params.id, body, {
        dryRun: query.dry_run,
        ifMatch,
        retry,
      }),
  };
  return [
    route({
      operationId: 'listCustomers',
      shared: true,
      method: 'GET',
      path: '/customers',
      summary: 'List customers',
      description: 'Returns paginated customers for the current business and location context.',
      tag,
      scope: 'customers:read',
      query: schema.ListQuery,
      success: {
        status: 200,
        message: 'Customers fetched!',
        body: schema.CustomerPage,
        example: example.page,
      },
      errors: ['invalid_cursor', 'location_forbidden', 'location_not_found'],
      handle: async ({ caller, query, isGone }) =>
        await operations.listCustomers(service, caller, query, isGone),
    }),
    route({
      operationId: 'upsertCustomer',
      method: 'PUT',
      path: '/customers',
      summary: 'Create or update a customer',
      description:
        'Finds or creates a customer by the supplied contact details and updates the record when needed. Safe to repeat, and to send from many places at once: one person stays one record.',
      tag,
      scope: 'customers:write',
      query: schema.ImportQuery,
      body: schema.UpsertInput,
      example: example.upsert,
      success: {
        status: 200,
        message: 'Customer upserted!',
        body: schema.UpsertedCustomer,
        example: example.upserted,
      },
      errors: ['contact_details_required', 'identity_conflict', ...contactErrors],
      versioned: true,
      handle: async ({ caller, query, body, retry }) =>
        await operations.upsertCustomer(service, caller, body, importOptions(query, retry)),
    }),
    route({
      operationId: 'createCustomer',
      method: 'POST',
      path: '/customers',
      summary: 'Create a customer',
      description:
        'Creates a customer in the currently selected business and location. A contact that belongs to somebody already is 409 with the id of that customer.',
      tag,
      scope: 'customers:write',
      query: schema.ImportQuery,
      body: schema.CreateInput,
      example: example.create,
      success: {
        status: 201,
        message: 'Customer created!',
        body: schema.WrittenCustomer,
        example: example.created,
      },
      errors: ['customer_exists', ...contactErrors],
      versioned: true,
      handle: async ({ caller, query, body, retry }) =>
        await operations.createCustomer(service, caller, body, importOptions(query, retry)),
    }),
    route({
      operationId: 'upsertCustomers',
      method: 'PUT',
      path: '/customers/batch',
      summary: 'Create or update many customers',
      description:
        'Up to 1,000 upserts, processed in order by the same rules. One item that fails never fails the others.',
      tag,
      scope: 'customers:write',
      query: schema.ImportQuery,
      body: schema.BatchInput,
      bodyLimit: 16 * 1024 * 1024,
      example: { customers: [example.upsert] },
      success: { status: 200, message: 'Customers upserted!', body: schema.BatchResult },
      handle: async ({ caller, query, body, retry }) =>
        await operations.upsertBatch(service, caller, body.customers, checkItem, importOptions(query, retry)),
    }),
    route({
      operationId: 'exportCustomers',
      shared: true,
      method: 'GET',
      path: '/customers/export',
      summary: 'Export customers',
      description:
        'A file of everybody the filters leave, oldest first, sent as it is made: CSV that a spreadsheet opens, or NDJSON. What is made meanwhile is left out. Importing the file again changes nothing.',
      tag,
      scope: 'customers:read',
      query: schema.ExportQuery,
      success: { status: 200, message: 'The file.', body: Type.String() },
      files: ['text/csv', 'application/x-ndjson'],
      errors: ['location_forbidden', 'location_not_found'],
      handle: async ({ caller, query, isGone }) =>
        await operations.exportCustomers(service, caller, query, isGone),
    }),
    route({
      operationId: 'getCustomerGrowth',
      shared: true,
      method: 'GET',
      path: '/customers/growth',
      summary: 'Count customers by month and source',
      description:
        'How many of the customers who are there now were made in each month, and where they came from. Months are those of the time zone of the location, or of the first location. With 20,000 customers and more it may be a minute old: `as_of` says when it was counted.',
      tag,
      scope: 'customers:read',
      query: GrowthQuery,
      success: {
        status: 200,
        message: 'Growth fetched!',
        body: CustomerGrowth,
        example: example.growth,
      },
      errors: ['location_forbidden', 'location_not_found'],
      handle: async ({ caller, query }) => await getCustomerGrowth(service, caller, query),
    }),
    route({
      operationId: 'getCustomer',
      shared: true,
      method: 'GET',
      path: '/customers/:id',
      summary: 'Get customer details',
      description:
        'Returns the full customer record for the selected customer UUID. The id of a customer that was merged away answers with the survivor and a `Link: rel="canonical"`.',
      tag,
      scope: 'customers:read',
      params,
      query: AtQuery,
      success: {
        status: 200,
        message: 'Customer fetched!',
        body: schema.Customer,
        example: example.customer,
      },
      errors: ['customer_not_found'],
      versioned: true,
      canonical: true,
      handle: async ({ caller, params, query, isGone }) =>
        await getCustomer(service, caller, params.id, query.at, isGone),
    }),
    route({ ...update, operationId: 'updateCustomer', method: 'PATCH' }),
    route({
      ...update,
      operationId: 'putCustomer',
      method: 'PUT',
      summary: 'Update a customer (the same as PATCH)',
    }),
    route({
      operationId: 'deleteCustomer',
      method: 'DELETE',
      path: '/customers/:id',
      summary: 'Delete a customer',
      description:
        'Deletes the customer when the underlying customer delete rules allow it. Deleting a deleted customer again changes nothing.',
      tag,
      scope: 'customers:delete',
      params,
      query: ForceQuery,
      success: { status: 200, message: 'Customer deleted successfully.', body: schema.DeletedCustomer },
      errors: ['customer_not_found', 'delete_blocked', 'version_conflict', 'write_conflict'],
      handle: async ({ caller, params, query, ifMatch, retry }) =>
        await operations.deleteCustomer(service, caller, params.id, {
          dryRun: query.dry_run,
          force: query.force,
          ifMatch,
          retry,
        }),
    }),
  ];
}
