/** The customers: one search box, results as you type, and everything that narrows them in the address. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api, bodyOf, type Customer, messageOf } from '../api.ts';
import { DemoNotice } from '../demo/demo-notice.tsx';
import { formatNumber, nameOf } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { tell } from '../ui/notice.tsx';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { COLUMNS, chooseColumns, chosenColumns } from './columns.tsx';
import { CustomerTable } from './customer-table.tsx';
import { EmptyList } from './empty-list.tsx';
import { ExportMenu } from './export-menu.tsx';
import { Filters } from './filters.tsx';
import { ImportChip } from './import-chip.tsx';
import { keepSearch } from './last-search.ts';
import { MOST_ROWS, useRows } from './list-pages.ts';
import { DEFAULT_SORT, filtersOn, type ListSearch, toQuery } from './list-search.ts';
import { useSelection } from './selection.ts';

/** Long enough that a word typed in one go is one request, short enough that nobody notices. */
const TYPING_MS = 90;

export function ListPage() {
  const session = useSession();
  const asked = useSearch({ from: '/' });
  // An address from somebody with another key may name a location that this one does not reach.
  const isOurs = asked.location !== undefined && session.locationOf(asked.location) !== undefined;
  const search = useMemo(() => (isOurs ? asked : { ...asked, location: undefined }), [asked, isOurs]);
  const navigate = useNavigate({ from: '/' });
  const [areFiltersOpen, setFiltersOpen] = useState(
    filtersOn({ ...search, import: undefined }) > 0 && innerWidth >= 640,
  );
  const [chosen, setChosen] = useState(chosenColumns);
  const timeZone = (session.locationOf(search.location ?? '') ?? session.locations[0])?.timezone;
  const query = useMemo(() => toQuery(search, timeZone), [search, timeZone]);
  const mayRead = session.may('customers:read');
  const rows = useRows(query, mayRead);
  const { first } = rows;
  const restore = useRestore();
  const selection = useSelection(query, rows.between);
  const columns = useMemo(() => COLUMNS.filter(({ id }) => chosen.includes(id)), [chosen]);
  /** Enter was pressed for this search: its first customer is opened as soon as it is known. */
  const [wanted, setWanted] = useState<string | null>(null);
  const isSettled = first !== undefined && !rows.isOld && (search.q ?? '') === wanted;
  const firstId = first?.items[0]?.id;
  useEffect(() => {
    if (!isSettled) return;
    setWanted(null);
    if (firstId && !search.deleted) void navigate({ to: '/customers/$id', params: { id: firstId } });
  }, [isSettled, firstId, search.deleted, navigate]);
  // The page of a customer is fetched before somebody opens one.
  useEffect(() => void import('../customer/customer-page.tsx'), []);
  useEffect(() => {
    document.title = `${strings.list.title} · ${session.business.name}`;
    keepSearch(search);
  }, [search, session.business.name]);

  const change = useCallback(
    (part: Partial<ListSearch>) =>
      navigate({ search: (known: ListSearch) => ({ ...known, ...part }), replace: true }),
    [navigate],
  );
  const clear = () =>
    navigate({ search: ({ location }: ListSearch) => (location ? { location } : {}), replace: true });

  if (!mayRead) return <Problem title={strings.errors.title} text={strings.errors.forbidden} />;
  const isNarrowed = Boolean(search.q) || filtersOn(search) > 0;
  const isEmpty = first && first.items.length === 0 && !rows.isOld;
  return (
    <>
      <div className="border-b border-line bg-surface px-4 pt-5 sm:px-6">
        <div className="flex items-baseline gap-3">
          <h1 className="text-2xl font-semibold tracking-tight">{strings.list.title}</h1>
          <p className="numeric min-h-6 text-sm text-muted" aria-live="polite">
            {first && strings.list.count(formatNumber(first.total), first.total, first.total_is_lower_bound)}
          </p>
        </div>
        <div className="flex items-center gap-2 py-4">
          <SearchBox value={search.q ?? ''} change={change} onEnter={setWanted} />
          <Button
            aria-expanded={areFiltersOpen}
            className="min-h-11"
            onClick={() => setFiltersOpen(!areFiltersOpen)}
          >
            <Icon name="filter" />
            <span className="max-sm:sr-only">{strings.list.filters}</span>
            {filtersOn(search) > 0 && (
              <span className="numeric rounded-full bg-accent px-1.5 text-xs text-on-accent">
                {filtersOn(search)}
              </span>
            )}
          </Button>
          <div className="max-lg:hidden">
            <Menu
              label={strings.list.columns}
              button={<Icon name="columns" />}
              weight="plain"
              className="min-h-11"
            >
              <fieldset>
                <legend className="px-2 py-1 text-sm text-muted">{strings.list.columns}</legend>
                {COLUMNS.map(({ id }) => (
                  <label
                    key={id}
                    className="flex min-h-9 items-center gap-2.5 rounded-lg px-2 text-sm hover:bg-sunken"
                  >
                    <input
                      type="checkbox"
                      className="size-4 accent-accent"
                      checked={chosen.includes(id)}
                      onChange={({ target }) => {
                        const next = target.checked ? [...chosen, id] : chosen.filter((one) => one !== id);
                        chooseColumns(next);
                        setChosen(chosenColumns());
                      }}
                    />
                    {strings.list.column[id]}
                  </label>
                ))}
              </fieldset>
            </Menu>
          </div>
          <ExportMenu query={query} />
        </div>
        {search.import && <ImportChip id={search.import} onRemove={() => change({ import: undefined })} />}
        {areFiltersOpen && <Filters search={search} change={change} clear={clear} />}
      </div>
      {first && !search.deleted && <DemoNotice customers={first.items} />}
      {first && first.total > MOST_ROWS && (
        <p className="border-b border-line px-4 py-2 text-sm text-muted sm:px-6">
          {strings.list.mostRows(formatNumber(MOST_ROWS))}
        </p>
      )}
      {rows.isIncomplete && (
        <p
          role="alert"
          className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-2 text-sm sm:px-6"
        >
          {strings.list.incomplete}
          <Button onClick={rows.retry}>{strings.retry}</Button>
        </p>
      )}
      {rows.error ? (
        <ErrorProblem error={rows.error} retry={rows.retry} />
      ) : isEmpty ? (
        <EmptyList
          locationId={session.locations.length > 1 ? (search.location ?? session.locations[0]!.id) : null}
          kind={search.deleted ? 'deleted' : isNarrowed ? 'narrowed' : 'new'}
          onClear={clear}
        />
      ) : (
        <CustomerTable
          rows={rows}
          columns={columns}
          sort={search.sort ?? DEFAULT_SORT}
          onSort={(sort) => change({ sort: sort === DEFAULT_SORT ? undefined : sort })}
          onRestore={search.deleted && session.may('customers:delete') ? restore.mutate : null}
          choice={
            !search.deleted && (session.may('customers:write') || session.may('customers:delete'))
              ? selection.choice
              : null
          }
          list={JSON.stringify(query)}
        />
      )}
      {(selection.chosen.length > 0 || selection.gathering !== null) && (
        <BulkBar chosen={selection.chosen} gathering={selection.gathering} onClear={selection.clear} />
      )}
    </>
  );
}

/** What is typed is shown at once; the address, and so the list, follows when the typing pauses. */
function SearchBox({
  value,
  change,
  onEnter,
}: {
  value: string;
  change: (part: Partial<ListSearch>) => void;
  /** Null as soon as something else is typed. */
  onEnter: (text: string | null) => void;
}) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const told = useRef(value);
  useEffect(() => {
    // Changed elsewhere: by the way back, or by clearing.
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      // Enter was faster.
      if (text === told.current) return;
      told.current = text;
      change({ q: text || undefined });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, change]);
  useEffect(() => {
    input.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <search className="relative min-w-0 flex-1">
      <label htmlFor="search" className="sr-only">
        {strings.list.search}
      </label>
      <Icon name="search" className="pointer-events-none absolute left-3.5 top-3 size-5 text-muted" />
      <input
        ref={input}
        id="search"
        value={text}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder={strings.list.placeholder}
        aria-keyshortcuts="/"
        className="min-h-11 w-full rounded-xl border border-line-strong bg-paper pl-11 pr-12 text-base text-ellipsis focus-visible:border-transparent focus-visible:outline-accent focus-visible:-outline-offset-1"
        onChange={({ target }) => {
          setText(target.value);
          onEnter(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText('');
          if (event.key !== 'Enter') return;
          told.current = text;
          change({ q: text || undefined });
          onEnter(text || null);
        }}
      />
      {text ? (
        <button
          type="button"
          aria-label={strings.list.clear}
          className="absolute right-2 top-2 rounded-md p-1 text-muted hover:text-ink"
          onClick={() => {
            setText('');
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      ) : (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute right-3 top-2.5 rounded-md border border-line bg-surface px-2 py-0.5 font-mono text-xs text-muted max-sm:hidden"
        >
          /
        </span>
      )}
    </search>
  );
}

function useRestore() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (customer: Customer) =>
      await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path: { id: customer.id } } })),
    onSuccess: (_restored, customer) => {
      void queries.invalidateQueries({ queryKey: ['customers'] });
      tell({ text: strings.list.restored(nameOf(customer)) });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
}
