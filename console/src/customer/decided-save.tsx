/** Saving a list (contacts, tags, fields): when somebody was faster, both lists are shown in words and one is chosen. */
import { type ReactNode, useState } from 'react';
import type { Contact, Customer, CustomerChange } from '../api.ts';
import { ConflictView } from './conflict-view.tsx';
import type { Conflict, Save } from './customer-query.ts';
import { asText } from './panel.tsx';

const inWords = ({ contacts, tags, status, custom_fields }: CustomerChange | Customer): string =>
  custom_fields
    ? Object.entries(custom_fields)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => `${name}: ${asText(value)}`)
        .join(', ')
    : contacts
      ? (contacts as Pick<Contact, 'value'>[]).map(({ value }) => value).join(', ')
      : tags
        ? tags.join(', ')
        : (status ?? '');

export function useDecidedSave(
  save: Save,
  field: string,
  onSaved: () => void = () => {},
): { submit: (change: CustomerChange) => void; view: ReactNode } {
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const submit = (change: CustomerChange, version?: number) =>
    save.mutate(
      { change, ...(version !== undefined && { version }) },
      {
        onSuccess: (result) => {
          setConflict(result.conflict);
          if (!result.conflict) onSaved();
        },
      },
    );
  if (!conflict) return { submit, view: null };
  const { change, current } = conflict;
  const names = Object.keys(change) as (keyof Customer)[];
  const theirs = Object.fromEntries(names.map((name) => [name, current[name]])) as CustomerChange;
  // Of the business's own fields only those that were to change.
  if (change.custom_fields)
    theirs.custom_fields = Object.fromEntries(
      Object.keys(change.custom_fields).map((name) => [name, current.custom_fields[name]]),
    );
  return {
    submit,
    view: (
      <div className="mt-3">
        <ConflictView
          field={field}
          yours={inWords(change)}
          theirs={inWords(theirs)}
          isBusy={save.isPending}
          onYours={() => submit(withoutOthers(change, current), current.version)}
          onTheirs={() => {
            setConflict(null);
            onSaved();
          }}
        />
      </div>
    ),
  };
}

/** A contact that is gone by now can't be changed any more: it is added anew. */
function withoutOthers(change: CustomerChange, current: Customer): CustomerChange {
  if (!change.contacts) return change;
  const known = new Set(current.contacts.map(({ id }) => id));
  const contacts = change.contacts.map(({ id, ...contact }) =>
    id !== undefined && known.has(id) ? { id, ...contact } : contact,
  );
  return { ...change, contacts };
}
