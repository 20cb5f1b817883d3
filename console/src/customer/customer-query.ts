/** One customer: reading, and saving a change that must not overwrite somebody else's. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, type Customer, type CustomerChange, Failure, messageOf } from '../api.ts';
import { tell } from '../ui/notice.tsx';

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ['customer', id],
    queryFn: async ({ signal }): Promise<Customer> =>
      await bodyOf(api.GET('/api/v2/customers/{id}', { params: { path: { id } }, signal })),
  });

/** The record as it was at a time, or right after an event. */
export const pastQuery = (id: string, at: string) =>
  queryOptions({
    queryKey: ['customer', id, 'at', at],
    queryFn: async ({ signal }): Promise<Customer> =>
      await bodyOf(api.GET('/api/v2/customers/{id}', { params: { path: { id }, query: { at } }, signal })),
  });

/** What somebody wanted to save, and what the record had become by then. */
export interface Conflict {
  change: CustomerChange;
  current: Customer;
}

/** Saves a change to the version that was seen. A stale version comes back as the conflict, to be decided. */
export function useSave(customer: Customer) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ change, version }: { change: CustomerChange; version?: number }) => {
      try {
        const { warnings, ...saved } = await bodyOf(
          api.PATCH('/api/v2/customers/{id}', {
            params: {
              path: { id: customer.id },
              header: { 'If-Match': `"${version ?? customer.version}"` },
            },
            body: change,
          }),
        );
        return { saved: saved as Customer, warnings, conflict: null };
      } catch (error) {
        const current =
          error instanceof Failure && error.code === 'version_conflict' && error.details.current;
        if (!current) throw error;
        return { saved: null, warnings: [], conflict: { change, current } satisfies Conflict };
      }
    },
    onSuccess: ({ saved, warnings, conflict }) => {
      queries.setQueryData(customerQuery(customer.id).queryKey, saved ?? conflict!.current);
      void queries.invalidateQueries({ queryKey: ['events', customer.id] });
      queries.removeQueries({ queryKey: ['customers'] });
      if (warnings[0]) tell({ text: warnings[0].message });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
}

/** The save of a customer, as the parts of the page get it. */
export type Save = ReturnType<typeof useSave>;
