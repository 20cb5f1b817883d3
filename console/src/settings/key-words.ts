/** What an API key is, in words. Pure. */
import type { ApiKey, Location } from '../api.ts';
import { strings } from '../strings/index.ts';

const words = strings.settings.keys;

/** What a key may do, in one line of words. */
export const mayOf = ({ scopes }: Pick<ApiKey, 'scopes'>): string =>
  scopes.map((scope) => strings.scopes[scope] ?? scope).join(', ');

export const isOver = ({ revoked_at, expires_at }: ApiKey): boolean =>
  revoked_at !== null || (expires_at !== null && Date.parse(expires_at) <= Date.now());

export function whereOf({ location_id: id }: ApiKey, locations: Location[]): string {
  if (id === null) return words.allLocations;
  return locations.find((location) => location.id === id)?.name ?? words.goneLocation;
}
