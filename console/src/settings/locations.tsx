/** The locations of the business: list, add, rename, and what reads their phone numbers and days. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getCountries } from 'libphonenumber-js/min';
import { useMemo, useState } from 'react';
import { api, bodyOf, type Location } from '../api.ts';
import { sessionQuery, useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { tell } from '../ui/notice.tsx';
import { Field, FormProblem, problemOf } from './field.tsx';
import { Section } from './section.tsx';
import { locationsQuery } from './settings-query.ts';

const words = strings.settings.locations;
const regions = new Intl.DisplayNames([navigator.language, 'en'], { type: 'region' });
const nameOfCountry = (code: string) => regions.of(code) ?? code;
const nameOfZone = (zone: string) => zone.replaceAll('_', ' ');

export function Locations({ locations }: { locations: Location[] }) {
  const { key } = useSession();
  const [edited, setEdited] = useState<Location | 'new' | null>(null);
  return (
    <Section
      id="locations"
      title={words.title}
      lead={words.lead}
      action={
        key.location_id === null && (
          <Button onClick={() => setEdited('new')}>
            <Icon name="plus" className="size-4" />
            {words.add}
          </Button>
        )
      }
    >
      <ul className="mt-3 divide-y divide-line">
        {locations.map((location) => (
          <li key={location.id} className="flex items-center gap-4 py-3">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{location.name}</p>
              <p className="text-sm text-muted">
                {nameOfCountry(location.country)} · {words.timezoneOf(nameOfZone(location.timezone))}
              </p>
            </div>
            <Button
              weight="quiet"
              className="px-2"
              aria-label={words.edit(location.name)}
              onClick={() => setEdited(location)}
            >
              <Icon name="pencil" className="size-4" />
            </Button>
          </li>
        ))}
      </ul>
      {edited && (
        <LocationDialog location={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Section>
  );
}

const FIELDS = ['name', 'country', 'timezone'];

function LocationDialog({ location, onClose }: { location: Location | null; onClose: () => void }) {
  const session = useSession();
  const queries = useQueryClient();
  const [isEmpty, setEmpty] = useState(false);
  const first = session.locations[0];
  const { countries, zones } = useMemo(choices, []);
  const save = useMutation({
    mutationFn: async (body: { name: string; country: string; timezone: string }) =>
      location
        ? await bodyOf(api.PATCH('/api/v2/locations/{id}', { params: { path: { id: location.id } }, body }))
        : await bodyOf(api.POST('/api/v2/locations', { body })),
    onSuccess: async ({ name }) => {
      // The session names the locations in every list.
      await Promise.all([
        queries.invalidateQueries({ queryKey: locationsQuery.queryKey }),
        queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      ]);
      onClose();
      tell({ text: location ? words.saved(name) : words.added(name) });
    },
  });
  const country = location?.country ?? first?.country ?? 'AU';
  const zone = location?.timezone ?? first?.timezone ?? 'Australia/Sydney';
  return (
    <Dialog title={location ? words.edit(location.name) : words.addTitle} onClose={onClose}>
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const name = String(data.get('name')).trim();
          setEmpty(!name);
          if (!name) {
            event.currentTarget.querySelector('input')?.focus();
            return;
          }
          save.mutate({ name, country: String(data.get('country')), timezone: String(data.get('timezone')) });
        }}
      >
        <Field
          label={words.name}
          problem={isEmpty ? strings.settings.required : problemOf(save.error, 'name')}
        >
          {(props) => (
            <input
              {...props}
              name="name"
              required
              maxLength={200}
              autoComplete="off"
              defaultValue={location?.name}
              className={inputClass}
            />
          )}
        </Field>
        <Field label={words.country} problem={problemOf(save.error, 'country')}>
          {(props) => (
            <select {...props} name="country" defaultValue={country} className={inputClass}>
              {countries.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.timezone} problem={problemOf(save.error, 'timezone')}>
          {(props) => (
            <select {...props} name="timezone" defaultValue={zone} className={inputClass}>
              {/* One that this browser does not list stays as it is. */}
              {!zones.includes(zone) && <option value={zone}>{nameOfZone(zone)}</option>}
              {zones.map((name) => (
                <option key={name} value={name}>
                  {nameOfZone(name)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <FormProblem error={save.error} fields={FIELDS} />
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button type="submit" weight="primary" disabled={save.isPending}>
            {location ? strings.save : words.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The countries whose numbers can be read, by name, and the time zones there are. */
const choices = () => ({
  countries: getCountries()
    .map((code) => ({ code, name: nameOfCountry(code) }))
    .sort((a, b) => a.name.localeCompare(b.name)),
  zones: Intl.supportedValuesOf('timeZone'),
});
