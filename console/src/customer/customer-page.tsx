/** A customer: everything about them on one screen, each part corrected where it stands. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { type Customer, Failure } from '../api.ts';
import { lastSearch } from '../customers/last-search.ts';
import { knownCustomer } from '../customers/list-query.ts';
import { formatMoment, nameOf } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorProblem } from '../ui/problem.tsx';
import { Contacts } from './contacts.tsx';
import { customerQuery, useSave } from './customer-query.ts';
import { useDecidedSave } from './decided-save.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { Gone } from './gone.tsx';
import { PossibleDuplicates } from './possible-duplicates.tsx';
import { Tags } from './tags.tsx';
import { TextField } from './text-field.tsx';
import { Timeline } from './timeline.tsx';

const words = strings.customer;

export function CustomerPage() {
  const { id } = useParams({ from: '/customers/$id' });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const customer = useQuery({
    ...customerQuery(id),
    // Who comes from the list sees at once what the list knew.
    placeholderData: () => knownCustomer(queries, id),
  });
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

  if (customer.error instanceof Failure && customer.error.status === 404) return <Gone id={id} />;
  if (customer.isError && !customer.data)
    return <ErrorProblem error={customer.error} retry={() => customer.refetch()} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6">
        <Link
          to="/"
          search={lastSearch()}
          className="-ml-2 inline-flex min-h-9 items-center gap-1 rounded-lg px-2 text-sm text-muted hover:text-ink"
        >
          <Icon name="back" className="size-4" />
          {words.back}
        </Link>
        {customer.data ? <Sheet key={id} customer={customer.data} /> : <SheetSkeleton />}
      </div>
    </div>
  );
}

function Sheet({ customer }: { customer: Customer }) {
  const session = useSession();
  const save = useSave(customer);
  const [isDeleting, setDeleting] = useState(false);
  const canEdit = session.may('customers:write');
  const location = session.locationOf(customer.location_id);
  const name = nameOf(customer);
  useEffect(() => {
    document.title = `${name} · ${session.business.name}`;
  }, [name, session.business.name]);
  // Arriving here, a screen reader begins with who this is.
  useEffect(() => document.getElementById('title')?.focus({ preventScroll: true }), []);
  const field = (of: 'company_name' | 'address' | 'avatar' | 'source') => (
    <TextField name={of} customer={customer} save={save} canEdit={canEdit} />
  );
  return (
    <>
      <div className="mt-3 flex flex-wrap items-center gap-4">
        <div className="flex min-w-0 flex-1 basis-72 items-center gap-4">
          <Avatar key={customer.avatar} name={name} picture={customer.avatar} className="size-14 text-lg" />
          <div className="min-w-0 flex-1">
            <TextField name="name" customer={customer} save={save} canEdit={canEdit} isHeading />
            <p className="text-muted">
              {[customer.company_name, location?.name].filter(Boolean).join(' · ') || '\u00a0'}
            </p>
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <PossibleDuplicates id={customer.id} />
          <StatusChoice customer={customer} save={save} canEdit={canEdit} />
          {session.may('customers:delete') && (
            <Button weight="danger" onClick={() => setDeleting(true)}>
              <Icon name="bin" className="size-4" />
              {words.remove}
            </Button>
          )}
        </div>
      </div>
      <div className="mt-6 grid items-start gap-5 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Contacts customer={customer} save={save} canEdit={canEdit} />
          <Timeline
            id={customer.id}
            timeZone={location?.timezone}
            country={session.country(customer.location_id)}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <section aria-labelledby="details" className="rounded-2xl border border-line bg-surface p-5">
            <h2 id="details" className="font-semibold">
              {words.details}
            </h2>
            <div className="mt-3 flex flex-col gap-3">
              {field('company_name')}
              {field('address')}
              {field('source')}
              {field('avatar')}
            </div>
          </section>
          <Tags customer={customer} save={save} canEdit={canEdit} />
          <FreeForm title={words.custom} fields={customer.custom_fields} />
          <FreeForm title={words.sourceData} fields={customer.source_metadata} />
          <section aria-labelledby="record" className="rounded-2xl border border-line bg-surface p-5">
            <h2 id="record" className="font-semibold">
              {words.record}
            </h2>
            <Facts
              facts={[
                [words.added, formatMoment(customer.created_at, location?.timezone)],
                [words.changed, formatMoment(customer.updated_at, location?.timezone)],
                [words.location, location?.name ?? strings.none],
                [
                  words.id,
                  <code key="id" className="text-sm break-all">
                    {customer.id}
                  </code>,
                ],
              ]}
            />
          </section>
        </div>
      </div>
      {isDeleting && <DeleteDialog customer={customer} onClose={() => setDeleting(false)} />}
    </>
  );
}

function StatusChoice({
  customer,
  save,
  canEdit,
}: {
  customer: Customer;
  save: ReturnType<typeof useSave>;
  canEdit: boolean;
}) {
  const decided = useDecidedSave(save, words.fields.status);
  return (
    <div>
      <select
        aria-label={words.fields.status}
        value={customer.status}
        disabled={!canEdit || save.isPending}
        className="min-h-9 rounded-lg border border-line bg-surface px-2 text-sm font-medium disabled:opacity-100"
        onChange={({ target }) => decided.submit({ status: target.value as Customer['status'] })}
      >
        {Object.entries(strings.status).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {decided.view}
    </div>
  );
}

function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-sm text-muted">{label}</dt>
          <dd className="numeric break-words text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Fields of the business's own; nothing where there are none. */
function FreeForm({ title, fields }: { title: string; fields: Record<string, unknown> }) {
  const facts = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  if (facts.length === 0) return null;
  return (
    <section className="rounded-2xl border border-line bg-surface p-5">
      <h2 className="font-semibold">{title}</h2>
      <Facts facts={facts} />
    </section>
  );
}

function SheetSkeleton() {
  return (
    <div role="status" aria-label={strings.loading} className="mt-3">
      <div className="flex items-center gap-4">
        <div className="skeleton size-14 rounded-full!" />
        <div className="skeleton h-7 w-56" />
      </div>
      <div className="mt-6 grid gap-5 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <div className="h-64 rounded-2xl border border-line bg-surface" />
        <div className="h-64 rounded-2xl border border-line bg-surface" />
      </div>
    </div>
  );
}
