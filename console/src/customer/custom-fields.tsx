/** The business's own fields: each is edited where it stands, added and removed; what is not plain text stays as it is. */
import { type ReactNode, useState } from 'react';
import type { Customer } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Save } from './customer-query.ts';
import { useDecidedSave } from './decided-save.tsx';
import { FormButtons } from './form-buttons.tsx';
import { asText, Panel } from './panel.tsx';

const words = strings.customer.customFields;

/** A number stays a number and yes or no stays so, while what was typed still reads like one. */
function likeBefore(text: string, before: unknown): unknown {
  if (typeof before === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

export function CustomFields({
  customer,
  save,
  canEdit,
}: {
  customer: Customer;
  save: Save;
  canEdit: boolean;
}) {
  /** The field that is open; an empty name is a new one. */
  const [editing, setEditing] = useState<string | null>(null);
  const close = (name: string) => {
    setEditing(null);
    // Where the focus came from.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)?.focus(),
    );
  };
  const decided = useDecidedSave(save, strings.customer.custom, () => close(editing ?? ''));
  const fields = Object.entries(customer.custom_fields);
  if (fields.length === 0 && !canEdit) return null;
  const form = (name: string, value: unknown) => (
    <FieldForm
      name={name}
      value={value}
      isTaken={(other) => Object.hasOwn(customer.custom_fields, other)}
      isBusy={save.isPending}
      // The others are left as they are: the service takes this one alone.
      onSave={(key, text) => decided.submit({ custom_fields: { [key]: likeBefore(text, value) } })}
      onRemove={name ? () => decided.submit({ custom_fields: { [name]: null } }) : undefined}
      onClose={() => close(name)}
    />
  );
  return (
    <Panel
      id="custom"
      title={strings.customer.custom}
      action={
        canEdit && (
          <Button weight="quiet" className="-mr-2" data-field="" onClick={() => setEditing('')}>
            <Icon name="plus" className="size-4" />
            {words.add}
          </Button>
        )
      }
    >
      {decided.view}
      {fields.length === 0 && editing === null && <p className="mt-2 text-muted">{words.none}</p>}
      <div className="mt-3 flex flex-col gap-2">
        {fields.map(([name, value]) =>
          editing === name ? (
            <div key={name}>{form(name, value)}</div>
          ) : (
            <Field key={name} name={name} value={value}>
              {canEdit && typeof value !== 'object' && (
                <button
                  type="button"
                  data-field={name}
                  aria-label={words.edit(name)}
                  className="rounded-md p-1.5 text-muted opacity-70 hover:bg-sunken hover:text-ink group-hover:opacity-100 focus-visible:opacity-100"
                  onClick={() => setEditing(name)}
                >
                  <Icon name="pencil" className="size-4" />
                </button>
              )}
            </Field>
          ),
        )}
        {editing === '' && form('', '')}
      </div>
    </Panel>
  );
}

function Field({ name, value, children }: { name: string; value: unknown; children: ReactNode }) {
  return (
    <div className="group flex items-start gap-2">
      <dl className="min-w-0 flex-1">
        <dt className="text-sm text-muted break-words">{name}</dt>
        <dd className="break-words">{asText(value)}</dd>
      </dl>
      {children}
    </div>
  );
}

function FieldForm({
  name,
  value,
  isTaken,
  isBusy,
  onSave,
  onRemove,
  onClose,
}: {
  /** Empty for a new field. */
  name: string;
  value: unknown;
  isTaken: (name: string) => boolean;
  isBusy: boolean;
  onSave: (name: string, text: string) => void;
  onRemove: (() => void) | undefined;
  onClose: () => void;
}) {
  const [key, setKey] = useState(name);
  const [text, setText] = useState(asText(value));
  const given = key.trim();
  const isDouble = !name && isTaken(given);
  return (
    <form
      className="flex flex-col gap-3 py-2"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (given && text.trim() && !isDouble) onSave(given, text.trim());
      }}
    >
      {!name && (
        <label className="text-sm">
          <span className="text-muted">{words.name}</span>
          <input
            // biome-ignore lint/a11y/noAutofocus: opened by the button that was just pressed
            autoFocus
            required
            value={key}
            maxLength={64}
            autoComplete="off"
            aria-invalid={isDouble}
            aria-describedby={isDouble ? 'field-taken' : undefined}
            className={`text-base ${inputClass}`}
            onChange={({ target }) => setKey(target.value)}
          />
          {isDouble && (
            <span id="field-taken" role="alert" className="mt-1 block text-danger">
              {words.taken(given)}
            </span>
          )}
        </label>
      )}
      <label className="text-sm">
        <span className="text-muted">{name || words.value}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: opened by the button that was just pressed
          autoFocus={name !== ''}
          required
          value={text}
          autoComplete="off"
          className={`text-base ${inputClass}`}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <FormButtons isBusy={isBusy} onClose={onClose} onRemove={onRemove} removeLabel={words.remove} />
    </form>
  );
}
