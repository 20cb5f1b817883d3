/** A customer: the present record, or the one that was, or what became of it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Failure } from '../api.ts';
import { lastSearch } from '../customers/last-search.ts';
import { knownCustomer } from '../customers/list-query.ts';
import { isTyping } from '../keyboard.ts';
import { strings } from '../strings/index.ts';
import { Icon } from '../ui/icon.tsx';
import { ErrorProblem } from '../ui/problem.tsx';
import { customerQuery } from './customer-query.ts';
import { type Fate, fateKey } from './fate.ts';
import { Erased, Gone } from './gone.tsx';
import { SheetSkeleton } from './panel.tsx';
import { PastPage } from './past-page.tsx';
import { Sheet } from './sheet.tsx';

export function CustomerPage() {
  const { id } = useParams({ from: '/customers/$id' });
  const { at } = useSearch({ from: '/customers/$id' });
  const navigate = useNavigate();
  // Known once somebody has asked, or erased the customer here.
  const { data: fate } = useQuery<Fate>({ queryKey: fateKey(id), enabled: false });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === 'u') {
        // Else the letter lands in the search, which has the focus by then.
        event.preventDefault();
        void navigate({ to: '/', search: lastSearch() });
      }
      if (event.key === 'e') {
        event.preventDefault();
        document.querySelector<HTMLElement>('[data-edit="name"]')?.click();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);

  if (fate?.is === 'erased') return <Erased id={id} at={fate.at} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6">
        <Link
          to="/"
          search={lastSearch()}
          className="-ml-2 inline-flex min-h-9 items-center gap-1 rounded-lg px-2 text-sm text-muted hover:text-ink"
        >
          <Icon name="back" className="size-4" />
          {strings.customer.back}
        </Link>
        {at ? <PastPage id={id} at={at} /> : <PresentPage key={id} id={id} />}
      </div>
    </div>
  );
}

function PresentPage({ id }: { id: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const customer = useQuery({
    ...customerQuery(id),
    // Who comes from the list sees at once what the list knew.
    placeholderData: () => knownCustomer(queries, id),
  });
  const survivor = customer.data?.id ?? id;
  useEffect(() => {
    // Merged away: what is saved from here on is the survivor's.
    if (survivor !== id) void navigate({ to: '/customers/$id', params: { id: survivor }, replace: true });
  }, [survivor, id, navigate]);

  if (customer.error instanceof Failure && customer.error.status === 404) return <Gone id={id} />;
  if (customer.isError && !customer.data)
    return <ErrorProblem error={customer.error} retry={() => customer.refetch()} />;
  return customer.data ? <Sheet customer={customer.data} /> : <SheetSkeleton label={strings.loading} />;
}
