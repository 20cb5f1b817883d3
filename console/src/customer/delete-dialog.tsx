/** Deleting: asked for first, so that what keeps the record is said before anybody confirms; taken back with one click. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, bodyOf, type Customer, Failure, messageOf } from '../api.ts';
import { lastSearch } from '../customers/last-search.ts';
import { nameOf } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { tell } from '../ui/notice.tsx';
import { BlockerList } from './blocker-list.tsx';

const words = strings.customer;

export function DeleteDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const path = { id: customer.id };
  const name = nameOf(customer);
  const rehearsal = useQuery({
    queryKey: ['delete', customer.id, customer.version],
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => {
      try {
        await bodyOf(api.DELETE('/api/v2/customers/{id}', { params: { path, query: { dry_run: true } } }));
        return [];
      } catch (error) {
        if (error instanceof Failure && error.details.blockers) return error.details.blockers;
        throw error;
      }
    },
  });
  const restore = async () => {
    try {
      await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path } }));
      await queries.invalidateQueries({ queryKey: ['customers'] });
      tell({ text: strings.list.restored(name) });
    } catch (error) {
      tell({ text: messageOf(error), isError: true });
    }
  };
  const remove = useMutation({
    mutationFn: async () =>
      await bodyOf(
        api.DELETE('/api/v2/customers/{id}', {
          params: { path, header: { 'If-Match': `"${customer.version}"` } },
        }),
      ),
    onSuccess: async () => {
      // Each while nothing on the page shows it.
      queries.removeQueries({ queryKey: ['customers'] });
      await navigate({ to: '/', search: lastSearch() });
      queries.removeQueries({ queryKey: ['customer', customer.id] });
      tell({ text: words.removed(name), action: { label: strings.undo, run: restore } });
    },
    onError: (error) => {
      onClose();
      void queries.invalidateQueries({ queryKey: ['customer', customer.id] });
      tell({ text: messageOf(error), isError: true });
    },
  });

  const blockers = rehearsal.data;
  const isBlocked = blockers !== undefined && blockers.length > 0;
  return (
    <Dialog title={isBlocked ? words.blockedTitle(name) : words.removeTitle(name)} onClose={onClose}>
      <div className="min-h-20">
        {rehearsal.isPending && (
          <div className="skeleton h-4 w-full" role="status" aria-label={strings.loading} />
        )}
        {rehearsal.isError && (
          <p role="alert" className="text-danger">
            {messageOf(rehearsal.error)}
          </p>
        )}
        {isBlocked && <BlockerList blockers={blockers} />}
        {blockers?.length === 0 && <p className="text-muted">{words.removeText}</p>}
      </div>
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onClose}>{isBlocked ? strings.close : strings.cancel}</Button>
        {blockers?.length === 0 && (
          <Button weight="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {words.remove}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
