/** A new API key: what it is for, what it may do, where, and until when. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { startOfDay } from '../../../src/customers/time-zone.ts';
import { api, bodyOf, type Location, type NewApiKey } from '../api.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem, problemOf } from './field.tsx';
import { keysQuery } from './settings-query.ts';

const words = strings.settings.keys;
const SCOPES = ['customers:read', 'customers:write', 'customers:delete', 'customers:erase', 'admin'] as const;
type Scope = (typeof SCOPES)[number];
const AT_FIRST: Scope[] = ['customers:read', 'customers:write'];
const FIELDS = ['name', 'scopes', 'location_id', 'expires_at'];

export function CreateKeyDialog({
  locations,
  onMade,
  onClose,
}: {
  locations: Location[];
  onMade: (key: NewApiKey) => void;
  onClose: () => void;
}) {
  const session = useSession();
  const queries = useQueryClient();
  const [scopes, setScopes] = useState<Scope[]>(AT_FIRST);
  const [problems, setProblems] = useState<{ name?: string; scopes?: string; expires?: string }>({});
  const own = session.key.location_id;
  const create = useMutation({
    mutationFn: async (body: {
      name: string;
      scopes: Scope[];
      location_id: string | null;
      expires_at: string | null;
    }) => await bodyOf(api.POST('/api/v2/api-keys', { body })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onMade(made);
    },
  });
  const submit = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const name = String(data.get('name')).trim();
    const location = String(data.get('location'));
    const day = String(data.get('expires'));
    const zone = locations.find(({ id }) => id === location)?.timezone ?? locations[0]?.timezone;
    const end = day ? startOfDay(day, zone, 1) : null;
    const isPast = end !== null && Date.parse(end) <= Date.now();
    setProblems({
      ...(!name && { name: strings.settings.required }),
      ...(scopes.length === 0 && { scopes: words.noScope }),
      ...(isPast && { expires: words.past }),
    });
    if (!name) form.querySelector<HTMLInputElement>('[name=name]')?.focus();
    else if (scopes.length === 0) form.querySelector<HTMLInputElement>('[type=checkbox]')?.focus();
    else if (isPast) form.querySelector<HTMLInputElement>('[name=expires]')?.focus();
    else create.mutate({ name, scopes, location_id: location || null, expires_at: end });
  };
  return (
    <Dialog title={words.addTitle} onClose={onClose}>
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <Field
          label={words.name}
          hint={words.nameHint}
          problem={problems.name ?? problemOf(create.error, 'name')}
        >
          {(props) => (
            <input
              {...props}
              name="name"
              required
              maxLength={200}
              autoComplete="off"
              className={inputClass}
            />
          )}
        </Field>
        <fieldset aria-describedby="scopes-note">
          <legend className="text-sm font-medium">{words.may}</legend>
          <div className="mt-1 flex flex-col gap-1.5">
            {SCOPES.map((scope) => (
              <label key={scope} className="flex items-start gap-2.5">
                <input
                  type="checkbox"
                  name="scopes"
                  className="mt-1 size-4 accent-accent"
                  checked={scopes.includes(scope)}
                  onChange={({ target }) =>
                    setScopes(SCOPES.filter((one) => (one === scope ? target.checked : scopes.includes(one))))
                  }
                />
                <span>
                  <span className="block first-letter:uppercase">{strings.scopes[scope]}</span>
                  <span className="block text-sm text-muted">{words.mayHints[scope]}</span>
                </span>
              </label>
            ))}
          </div>
          <p id="scopes-note" role="status" className="text-sm text-danger">
            {problems.scopes}
          </p>
        </fieldset>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={words.location} problem={problemOf(create.error, 'location_id')}>
            {(props) => (
              <select {...props} name="location" defaultValue={own ?? ''} className={inputClass}>
                {own === null && <option value="">{words.allLocations}</option>}
                {locations.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label={words.expires}
            hint={words.expiresHint}
            problem={problems.expires ?? problemOf(create.error, 'expires_at')}
          >
            {(props) => <input {...props} type="date" name="expires" className={`numeric ${inputClass}`} />}
          </Field>
        </div>
        <FormProblem error={create.error} fields={FIELDS} />
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button type="submit" weight="primary" disabled={create.isPending}>
            {words.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
