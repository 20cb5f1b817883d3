/** A customer that is not there: deleted, and then it can be brought back or erased from here; or erased. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { api, bodyOf, messageOf } from '../api.ts';
import { lastSearch } from '../customers/last-search.ts';
import { formatMoment } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { tell } from '../ui/notice.tsx';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { fateKey, fateQuery, forgetCustomers } from './fate.ts';
import { SheetSkeleton } from './panel.tsx';

const words = strings.customer.gone;

export function Gone({ id }: { id: string }) {
  const session = useSession();
  const queries = useQueryClient();
  const [isErasing, setErasing] = useState(false);
  const fate = useQuery(fateQuery(id, session));
  const restore = useMutation({
    mutationFn: async () =>
      await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path: { id } } })),
    onSuccess: () => {
      queries.removeQueries({ queryKey: ['customers'] });
      queries.removeQueries({ queryKey: fateKey(id) });
      void queries.resetQueries({ queryKey: ['customer', id] });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
  useTitle(words.title);
  if (fate.isError) return <ErrorProblem error={fate.error} retry={() => fate.refetch()} />;
  if (!fate.data) return <SheetSkeleton label={strings.loading} />;
  const deleted = fate.data.is === 'deleted' ? fate.data : null;
  // A key that may only erase is not told what became of the record.
  const mayErase = session.may('customers:erase') && (deleted || !session.may('customers:delete'));
  const shown = deleted?.shown ?? words.someone;
  return (
    <Problem
      title={deleted ? words.deletedTitle(shown) : words.title}
      text={deleted ? words.deletedText : words.text}
    >
      <div className="flex flex-wrap gap-2">
        {deleted && (
          <Button weight="primary" disabled={restore.isPending} onClick={() => restore.mutate()}>
            {words.restore}
          </Button>
        )}
        <ToList weight={deleted ? 'plain' : 'primary'} />
        {mayErase && (
          <Button weight="danger" onClick={() => setErasing(true)}>
            {strings.erase.open}
          </Button>
        )}
      </div>
      {isErasing && <EraseDialog id={id} name={deleted?.name ?? null} onClose={() => setErasing(false)} />}
    </Problem>
  );
}

/** Says that the person was erased, and forgets what this browser still knows of them. */
export function Erased({ id, at }: { id: string; at: string }) {
  const session = useSession();
  const queries = useQueryClient();
  useTitle(words.erasedTitle);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each who was erased
  useEffect(() => forgetCustomers(queries), [id, queries]);
  return (
    <Problem
      title={words.erasedTitle}
      text={words.erasedText(formatMoment(at, session.locations[0]?.timezone))}
    >
      <ToList weight="primary" />
    </Problem>
  );
}

/** The name of who was here does not stay in the tab. */
function useTitle(title: string): void {
  const { business } = useSession();
  useEffect(() => {
    document.title = `${title} · ${business.name}`;
  }, [title, business.name]);
}

function ToList({ weight }: { weight: 'primary' | 'plain' }): ReactNode {
  return (
    <Link to="/" search={lastSearch()} className={buttonClass(weight)}>
      {strings.errors.toList}
    </Link>
  );
}
