/** Phone numbers and e-mail addresses: calling, writing, which is primary, which are shared, adding and removing. */
import { useRef, useState } from 'react';
import type { Contact, Customer, CustomerChange } from '../api.ts';
import { useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Save } from './customer-query.ts';
import { useDecidedSave } from './decided-save.tsx';
import { FormButtons } from './form-buttons.tsx';
import { byKind } from './then-and-now.ts';

type ContactInput = NonNullable<CustomerChange['contacts']>[number];
const asInput = ({ id, type, raw, label, is_primary, matchable }: Contact): ContactInput => ({
  id,
  type,
  value: raw,
  label,
  is_primary,
  matchable,
});

const words = strings.customer.contact;

export function Contacts({ customer, save, canEdit }: { customer: Customer; save: Save; canEdit: boolean }) {
  const { country } = useSession();
  const formatPhone = useFormatPhone();
  const [editing, setEditing] = useState<string | 'new' | null>(null);
  const decided = useDecidedSave(save, strings.customer.contacts, () => setEditing(null));
  // What is read from the API goes back as it came, so that only what was meant changes.
  const others = (id: string) => customer.contacts.filter((contact) => contact.id !== id).map(asInput);
  const write = (contact: ContactInput) => {
    const rest = contact.id ? others(contact.id) : customer.contacts.map(asInput);
    const released = contact.is_primary
      ? rest.map((other) => (other.type === contact.type ? { ...other, is_primary: false } : other))
      : rest;
    decided.submit({ contacts: [...released, contact] });
  };
  const shown = ({ type, value }: Contact) =>
    type === 'phone' ? (formatPhone?.(value, country(customer.location_id)) ?? '\u00a0') : value;
  const ordered = byKind(customer.contacts);
  return (
    <section aria-labelledby="contacts" className="rounded-2xl border border-line bg-surface p-5">
      <div className="flex items-center justify-between gap-2">
        <h2 id="contacts" className="font-semibold">
          {strings.customer.contacts}
        </h2>
        {canEdit && (
          <Button weight="quiet" className="-mr-2" onClick={() => setEditing('new')}>
            <Icon name="plus" className="size-4" />
            {words.add}
          </Button>
        )}
      </div>
      {decided.view}
      {ordered.length === 0 && editing !== 'new' && <p className="mt-2 text-muted">{words.none}</p>}
      <ul className="mt-1 divide-y divide-line">
        {ordered.map((contact) =>
          editing === contact.id ? (
            <li key={contact.id}>
              <ContactForm
                contact={contact}
                isBusy={save.isPending}
                onSave={write}
                onClose={() => setEditing(null)}
                onRemove={() => decided.submit({ contacts: others(contact.id) })}
              />
            </li>
          ) : (
            <li key={contact.id} className="group flex items-center gap-3 py-2.5">
              <Icon name={contact.type === 'phone' ? 'phone' : 'mail'} className="size-5 text-muted" />
              <div className="min-w-0 flex-1">
                <a
                  href={`${contact.type === 'phone' ? 'tel' : 'mailto'}:${contact.value}`}
                  className="numeric block truncate font-medium hover:text-accent hover:underline"
                >
                  {shown(contact)}
                  {contact.extension && ` × ${contact.extension}`}
                </a>
                <span className="flex flex-wrap items-center gap-x-2 text-sm text-muted">
                  {contact.is_primary && <span className="text-accent">{words.primary}</span>}
                  {contact.label && <span>{contact.label}</span>}
                  {!contact.matchable && <span title={words.shared}>{words.sharedBadge}</span>}
                  {canEdit && !contact.is_primary && (
                    <button
                      type="button"
                      className="min-h-6 text-muted underline decoration-line-strong underline-offset-2 hover:text-accent"
                      onClick={() => write({ ...asInput(contact), is_primary: true })}
                    >
                      {words.makePrimary}
                    </button>
                  )}
                </span>
              </div>
              {canEdit && (
                <Button
                  weight="quiet"
                  className="px-2"
                  aria-label={words.edit(contact.value)}
                  onClick={() => setEditing(contact.id)}
                >
                  <Icon name="pencil" className="size-4" />
                </Button>
              )}
            </li>
          ),
        )}
        {editing === 'new' && (
          <li>
            <ContactForm isBusy={save.isPending} onSave={write} onClose={() => setEditing(null)} />
          </li>
        )}
      </ul>
    </section>
  );
}

function ContactForm({
  contact,
  isBusy,
  onSave,
  onClose,
  onRemove,
}: {
  contact?: Contact;
  isBusy: boolean;
  onSave: (contact: ContactInput) => void;
  onClose: () => void;
  onRemove?: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  return (
    <form
      ref={form}
      className="grid gap-3 py-3 sm:grid-cols-[7rem_1fr_9rem]"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(form.current!);
        onSave({
          ...(contact && { id: contact.id }),
          type: data.get('type') as Contact['type'],
          value: String(data.get('value')).trim(),
          label: String(data.get('label')).trim() || null,
          is_primary: contact?.is_primary ?? false,
          matchable: data.get('shared') === null,
        });
      }}
    >
      <label className="text-sm">
        <span className="text-muted">{words.type}</span>
        <select name="type" defaultValue={contact?.type ?? 'phone'} className={inputClass}>
          <option value="phone">{words.phone}</option>
          <option value="email">{words.email}</option>
        </select>
      </label>
      <label className="text-sm">
        <span className="text-muted">{words.value}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: opened by the button that was just pressed
          autoFocus
          required
          name="value"
          autoComplete="off"
          defaultValue={contact?.raw}
          className={`numeric text-base ${inputClass}`}
        />
      </label>
      <label className="text-sm">
        <span className="text-muted">{words.label}</span>
        <input
          name="label"
          autoComplete="off"
          defaultValue={contact?.label ?? ''}
          placeholder={words.labelHint}
          className={inputClass}
        />
      </label>
      <label className="flex items-start gap-2 text-sm sm:col-span-3">
        <input
          type="checkbox"
          name="shared"
          defaultChecked={contact ? !contact.matchable : false}
          className="mt-0.5 size-4 accent-accent"
        />
        {words.shared}
      </label>
      <div className="sm:col-span-3">
        <FormButtons isBusy={isBusy} onClose={onClose} onRemove={onRemove} removeLabel={words.remove} />
      </div>
    </form>
  );
}
