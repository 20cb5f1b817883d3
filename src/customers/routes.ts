/** The customer operations as HTTP routes (contract sections 1 and 5). No logic. */
import Type from 'typebox';
import { type Route, route } from '../http/route.ts';
import type { Validator } from '../http/validation.ts';
import * as example from './examples.ts';
import * as operations from './operations.ts';
import * as schema from './schema.ts';

const tag = 'Customers';
const params = Type.Object({ id: Type.String({ description: 'The id of the customer.' }) });
const contactErrors = [
  'location_forbidden',
  'location_not_found',
  'location_required',
  'write_conflict',
] as const;

/** The customer routes; `checkUpsert` validates one item of a batch. */
export function customerRoutes(service: operations.Service, checkUpsert: Validator): Route[] {
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
    }: {
      caller: never;
      params: { id: string };
      query: { dry_run?: boolean };
      body: schema.UpdateInput;
      ifMatch: number | null;
    }) =>
      await operations.updateCustomer(service, caller, params.id, body, { dryRun: query.dry_run, ifMatch }),
  };
  return [
    route({
      operationId: 'listCustomers',
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
      handle: async ({ caller, query }) => await operations.listCustomers(service, caller, query),
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
      query: schema.DryRunQuery,
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
      handle: async ({ caller, query, body }) =>
        await operations.upsertCustomer(service, caller, body, { dryRun: query.dry_run }),
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
      query: schema.DryRunQuery,
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
      handle: async ({ caller, query, body }) =>
        await operations.createCustomer(service, caller, body, { dryRun: query.dry_run }),
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
      query: schema.DryRunQuery,
      body: schema.BatchInput,
      bodyLimit: 16 * 1024 * 1024,
      example: { customers: [example.upsert] },
      success: { status: 200, message: 'Customers upserted!', body: schema.BatchResult },
      handle: async ({ caller, query, body }) =>
        await operations.upsertBatch(service, caller, body.customers, checkItem, { dryRun: query.dry_run }),
    }),
    route({
      operationId: 'getCustomer',
      method: 'GET',
      path: '/customers/:id',
      summary: 'Get customer details',
      description: 'Returns the full customer record for the selected customer UUID.',
      tag,
      scope: 'customers:read',
      params,
      query: schema.NoQuery,
      success: {
        status: 200,
        message: 'Customer fetched!',
        body: schema.Customer,
        example: example.customer,
      },
      errors: ['customer_not_found'],
      versioned: true,
      handle: async ({ caller, params }) => await operations.getCustomer(service, caller, params.id),
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
      query: schema.DryRunQuery,
      success: { status: 200, message: 'Customer deleted successfully.', body: schema.DeletedCustomer },
      errors: ['customer_not_found', 'delete_blocked', 'version_conflict', 'write_conflict'],
      handle: async ({ caller, params, query, ifMatch }) =>
        await operations.deleteCustomer(service, caller, params.id, { dryRun: query.dry_run, ifMatch }),
    }),
    route({
      operationId: 'listCustomerEvents',
      method: 'GET',
      path: '/customers/:id/events',
      summary: 'List what happened to a customer',
      description: 'Every write: who, when, what changed, before and after. Newest first.',
      tag,
      scope: 'customers:read',
      params,
      query: schema.EventsQuery,
      success: { status: 200, message: 'Events fetched!', body: schema.EventPage },
      errors: ['customer_not_found'],
      handle: async ({ caller, params, query }) =>
        await operations.getCustomerEvents(
          service,
          caller,
          params.id,
          query.cursor ?? null,
          query.limit ?? 20,
        ),
    }),
  ];
}
