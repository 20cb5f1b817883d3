/** The present record, each part corrected where it stands. */
import { useEffect, useState } from 'react';
import type { Customer } from '../api.ts';
import { formatMoment, nameOf } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Contacts } from './contacts.tsx';
import { CustomFields } from './custom-fields.tsx';
import { useSave } from './customer-query.ts';
import { useDecidedSave } from './decided-save.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { asText, Columns, Facts, Panel } from './panel.tsx';
import { DuplicatesBadge, PossibleDuplicates } from './possible-duplicates.tsx';
import { Tags } from './tags.tsx';
import { TextField } from './text-field.tsx';
import { Timeline } from './timeline.tsx';

const words = strings.customer;

export function Sheet({ customer }: { customer: Customer }) {
  const session = useSession();
  const save = useSave(customer);
  const [isDeleting, setDeleting] = useState(false);
  const [isErasing, setErasing] = useState(false);
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
          <DuplicatesBadge id={customer.id} />
          <StatusChoice customer={customer} save={save} canEdit={canEdit} />
          {session.may('customers:delete') && (
            <Button weight="danger" onClick={() => setDeleting(true)}>
              <Icon name="bin" className="size-4" />
              {words.remove}
            </Button>
          )}
        </div>
      </div>
      <Columns
        left={
          <>
            <Contacts customer={customer} save={save} canEdit={canEdit} />
            <Timeline
              id={customer.id}
              timeZone={location?.timezone}
              country={session.country(customer.location_id)}
            />
          </>
        }
        right={
          <>
            <Panel id="details" title={words.details}>
              <div className="mt-3 flex flex-col gap-3">
                {field('company_name')}
                {field('address')}
                {field('source')}
                {field('avatar')}
              </div>
            </Panel>
            <Tags customer={customer} save={save} canEdit={canEdit} />
            <CustomFields customer={customer} save={save} canEdit={canEdit} />
            <SourceData fields={customer.source_metadata} />
            <Panel id="record" title={words.record}>
              <Facts
                facts={[
                  [words.added, formatMoment(customer.created_at, location?.timezone)],
                  [words.changed, formatMoment(customer.updated_at, location?.timezone)],
                  [words.location, location?.name ?? strings.none],
                  [
                    words.id,
                    <code key="id" className="text-xs break-all">
                      {customer.id}
                    </code>,
                  ],
                ]}
              />
              {session.may('customers:erase') && (
                <div className="mt-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line pt-4">
                  <p className="flex-1 basis-48 text-sm text-muted">{strings.erase.why}</p>
                  <Button weight="danger" onClick={() => setErasing(true)}>
                    {strings.erase.open}
                  </Button>
                </div>
              )}
            </Panel>
            <PossibleDuplicates id={customer.id} />
          </>
        }
      />
      {isDeleting && <DeleteDialog customer={customer} onClose={() => setDeleting(false)} />}
      {isErasing && <EraseDialog id={customer.id} name={customer.name} onClose={() => setErasing(false)} />}
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

/** What the source said of itself, written by systems and not by people; nothing where it said nothing. */
function SourceData({ fields }: { fields: Record<string, unknown> }) {
  const facts = Object.entries(fields).map(([name, value]): [string, string] => [name, asText(value)]);
  if (facts.length === 0) return null;
  return (
    <Panel id="source-data" title={words.sourceData}>
      <Facts facts={facts} />
    </Panel>
  );
}
