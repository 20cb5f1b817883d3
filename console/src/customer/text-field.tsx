/** A field that is read until it is clicked: Enter saves, Escape leaves it as it was. */
import { useEffect, useRef, useState } from 'react';
import type { Customer } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ConflictView } from './conflict-view.tsx';
import type { Conflict, Save } from './customer-query.ts';

type TextName = 'name' | 'company_name' | 'address' | 'avatar' | 'source';

export function TextField({
  name,
  customer,
  save,
  canEdit,
  isHeading = false,
}: {
  name: TextName;
  customer: Customer;
  save: Save;
  canEdit: boolean;
  /** Shown large, without its label. */
  isHeading?: boolean;
}) {
  const [text, setText] = useState<string | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const isEditing = text !== null;
  const label = strings.customer.fields[name];
  const value = customer[name];

  useEffect(() => {
    if (isEditing) input.current?.select();
  }, [isEditing]);
  const close = () => {
    setText(null);
    requestAnimationFrame(() => trigger.current?.focus());
  };
  const submit = (wanted: string, version?: number) => {
    if (wanted.trim() === (value ?? '') && version === undefined) return close();
    save.mutate(
      { change: { [name]: wanted.trim() || null }, ...(version !== undefined && { version }) },
      {
        onSuccess: (result) => {
          setConflict(result.conflict);
          if (!result.conflict) close();
        },
      },
    );
  };

  if (conflict) {
    return (
      <ConflictView
        field={label}
        yours={(conflict.change[name] as string | null) ?? ''}
        theirs={conflict.current[name] ?? ''}
        isBusy={save.isPending}
        onYours={() => submit((conflict.change[name] as string | null) ?? '', conflict.current.version)}
        onTheirs={() => {
          setConflict(null);
          close();
        }}
      />
    );
  }
  if (isEditing) {
    return (
      <form
        className="flex flex-wrap items-end gap-2 py-1"
        onSubmit={(event) => {
          event.preventDefault();
          submit(text);
        }}
      >
        {isHeading && <h1 className="sr-only">{value || strings.customer.nameless}</h1>}
        <label className="min-w-48 flex-1 text-sm">
          <span className="text-muted">{label}</span>
          <input
            ref={input}
            value={text}
            autoComplete="off"
            className={`${inputClass} ${isHeading ? 'text-lg font-semibold' : 'text-base'}`}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') close();
            }}
          />
        </label>
        <Button type="submit" weight="primary" disabled={save.isPending}>
          {strings.save}
        </Button>
        <Button weight="quiet" onClick={close}>
          {strings.cancel}
        </Button>
      </form>
    );
  }
  const shown = value || (isHeading ? strings.customer.nameless : strings.none);
  return (
    <div className="group flex items-start gap-2">
      {isHeading ? (
        <h1 tabIndex={-1} id="title" className="min-w-0 text-2xl font-semibold tracking-tight break-words">
          {shown}
        </h1>
      ) : (
        <dl className="min-w-0 flex-1">
          <dt className="text-sm text-muted">{label}</dt>
          <dd className={`break-words ${value ? '' : 'text-muted'}`}>{shown}</dd>
        </dl>
      )}
      {canEdit && (
        <button
          ref={trigger}
          type="button"
          data-edit={name}
          aria-label={strings.customer.edit(label)}
          className="rounded-md p-1.5 text-muted opacity-70 hover:bg-sunken hover:text-ink group-hover:opacity-100 focus-visible:opacity-100"
          onClick={() => setText(value ?? '')}
        >
          <Icon name="pencil" className="size-4" />
        </button>
      )}
    </div>
  );
}
