/** A customer that is not there: perhaps deleted, and then it can be brought back from here. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, bodyOf, messageOf } from '../api.ts';
import { lastSearch } from '../customers/last-search.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { tell } from '../ui/notice.tsx';
import { Problem } from '../ui/problem.tsx';

export function Gone({ id }: { id: string }) {
  const session = useSession();
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: async () =>
      await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path: { id } } })),
    onSuccess: () => {
      queries.removeQueries({ queryKey: ['customers'] });
      void queries.resetQueries({ queryKey: ['customer', id] });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
  return (
    <Problem title={strings.customer.goneTitle} text={strings.customer.gone}>
      <div className="flex flex-wrap gap-2">
        <Link to="/" search={lastSearch()} className={buttonClass('primary')}>
          {strings.errors.toList}
        </Link>
        {session.may('customers:delete') && (
          <Button disabled={restore.isPending} onClick={() => restore.mutate()}>
            {strings.customer.goneRestore}
          </Button>
        )}
      </div>
    </Problem>
  );
}
