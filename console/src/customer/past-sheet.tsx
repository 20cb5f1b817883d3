/** The record as it was, to be read only; what differs says beside it what it is now. */
import type { ReactNode } from 'react';
import type { Contact, Customer } from '../api.ts';
import { formatMoment, nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { Status } from '../ui/status.tsx';
import { asText, Columns, Facts, Panel } from './panel.tsx';
import { type Comparison, TEXTS, type WasList } from './then-and-now.ts';

const words = strings.past;

export function PastSheet({
  was,
  now,
  comparison,
  history,
}: {
  was: Customer;
  /** Null when the record is deleted now: then nothing is compared. */
  now: Customer | null;
  comparison: Comparison;
  history: ReactNode;
}) {
  const session = useSession();
  const location = session.locationOf(was.location_id);
  const name = nameOf(was);
  const since = now ?? was;
  return (
    <>
      <div className="mt-5 flex flex-wrap items-center gap-4">
        <div className="flex min-w-0 flex-1 basis-72 items-center gap-4">
          <Avatar key={was.avatar} name={name} picture={was.avatar} className="size-14 text-lg" />
          <div className="min-w-0 flex-1">
            <p className="text-2xl font-semibold tracking-tight break-words">
              {was.name || strings.customer.nameless}
            </p>
            {since.name !== was.name && <Now>{since.name || words.blank}</Now>}
            <p className="text-muted">{[was.company_name, location?.name].filter(Boolean).join(' · ')}</p>
          </div>
        </div>
        <div className="text-sm font-medium">
          <span className="sr-only">{strings.customer.fields.status} </span>
          <Status status={was.status} />
          {since.status !== was.status && <Now>{strings.status[since.status]}</Now>}
        </div>
      </div>
      <Columns
        left={
          <>
            <PastContacts contacts={comparison.contacts} country={session.country(was.location_id)} />
            {history}
          </>
        }
        right={
          <>
            <Panel id="details" title={strings.customer.details}>
              <dl className="mt-3 flex flex-col gap-3">
                {TEXTS.map((field) => (
                  <div key={field}>
                    <dt className="text-sm text-muted">{strings.customer.fields[field]}</dt>
                    <dd className="break-words">
                      {was[field] || <span className="text-muted">{strings.none}</span>}
                      {since[field] !== was[field] && <Now>{since[field] || words.blank}</Now>}
                    </dd>
                  </div>
                ))}
              </dl>
            </Panel>
            <PastTags tags={comparison.tags} />
            <PastFields id="custom" title={strings.customer.custom} fields={comparison.custom_fields} />
            <PastFields
              id="source-data"
              title={strings.customer.sourceData}
              fields={comparison.source_metadata}
            />
            <Panel id="record" title={strings.customer.record}>
              <Facts
                facts={[
                  [strings.customer.added, formatMoment(was.created_at, location?.timezone)],
                  [strings.customer.changed, formatMoment(was.updated_at, location?.timezone)],
                ]}
              />
            </Panel>
          </>
        }
      />
    </>
  );
}

/** A sign and a word: never by colour alone. */
function Now({ children }: { children: ReactNode }) {
  return (
    <Differs>
      <span className="font-medium">{words.now}</span> {children}
    </Differs>
  );
}

function Differs({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-baseline gap-1.5 text-sm font-normal text-warn">
      <span aria-hidden="true">≠</span>
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

function Since({ children }: { children: ReactNode }) {
  return (
    <p className="mt-3 flex items-baseline gap-1.5 text-sm text-warn">
      <span aria-hidden="true">+</span>
      <span className="min-w-0 break-words">
        <span className="font-medium">{words.since}</span> {children}
      </span>
    </p>
  );
}

function PastContacts({ contacts, country }: { contacts: WasList<Contact>; country: string }) {
  const formatPhone = useFormatPhone();
  const value = ({ type, value, extension }: Contact) =>
    [type === 'phone' ? (formatPhone?.(value, country) ?? '\u00a0') : value, extension && `× ${extension}`]
      .filter(Boolean)
      .join(' ');
  const about = ({ is_primary, label, matchable }: Contact) =>
    [
      is_primary && strings.customer.contact.primary,
      label,
      !matchable && strings.customer.contact.sharedBadge,
    ]
      .filter(Boolean)
      .join(', ');
  const whole = (contact: Contact) => [value(contact), about(contact)].filter(Boolean).join(', ');
  return (
    <Panel id="contacts" title={strings.customer.contacts}>
      {contacts.items.length === 0 && <p className="mt-2 text-muted">{strings.customer.contact.none}</p>}
      <ul className="mt-1 divide-y divide-line">
        {contacts.items.map(({ key, was, now, differs }) => (
          <li key={key} className="flex items-center gap-3 py-2.5">
            <Icon name={was.type === 'phone' ? 'phone' : 'mail'} className="size-5 text-muted" />
            <div className="min-w-0 flex-1">
              <p className="numeric truncate font-medium">{value(was)}</p>
              <p className="text-sm text-muted">{about(was)}</p>
              {differs && (now ? <Now>{whole(now)}</Now> : <Differs>{words.notNow}</Differs>)}
            </div>
          </li>
        ))}
      </ul>
      {contacts.since.length > 0 && <Since>{contacts.since.map(whole).join('; ')}</Since>}
    </Panel>
  );
}

function PastTags({ tags }: { tags: WasList<string> }) {
  return (
    <Panel id="tags" title={strings.customer.tags}>
      <ul className="mt-3 flex flex-wrap gap-2">
        {tags.items.length === 0 && <li className="text-muted">{strings.customer.noTags}</li>}
        {tags.items.map(({ key, was, differs }) => (
          <li
            key={key}
            className="flex min-h-8 flex-wrap items-center gap-x-2 rounded-lg bg-sunken px-2.5 text-sm"
          >
            <span className="max-w-60 truncate">{was}</span>
            {differs && <Differs>{words.notNow}</Differs>}
          </li>
        ))}
      </ul>
      {tags.since.length > 0 && <Since>{tags.since.join(', ')}</Since>}
    </Panel>
  );
}

function PastFields({
  id,
  title,
  fields: { items, since },
}: {
  id: string;
  title: string;
  fields: WasList<[name: string, value: unknown]>;
}) {
  if (items.length + since.length === 0) return null;
  return (
    <Panel id={id} title={title}>
      <Facts
        facts={items.map(({ was: [name, value], now, differs }) => [
          name,
          <div key={name} className="flex flex-col items-end">
            {asText(value)}
            {differs && (now ? <Now>{asText(now[1])}</Now> : <Differs>{words.notNow}</Differs>)}
          </div>,
        ])}
      />
      {since.length > 0 && (
        <Since>{since.map(([name, value]) => `${name} ${asText(value)}`).join('; ')}</Since>
      )}
    </Panel>
  );
}
