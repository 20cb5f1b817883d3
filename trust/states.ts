/** What a customer is after each kind of write, as its writer must find it. Pure. */
import type { Answer } from '../test/client.ts';
import type { Merge, State, Written } from './ledger.ts';
import { canonical } from './replay.ts';

export const first = ({ email }: Written): State => ({
  version: 1,
  company: null,
  isDeleted: false,
  isErased: false,
  hold: null,
  into: null,
  contacts: email ? [email] : [],
  references: [],
});

export const later = (state: State, change: Partial<State>): State => ({
  ...state,
  version: state.version + 1,
  ...change,
});

/** One into the other, whose id is given: both change together. */
export const merged = (survivor: State, other: State, id: string): { united: State; away: State } => ({
  united: later(survivor, {
    company: survivor.company ?? other.company,
    contacts: [...survivor.contacts, ...other.contacts].sort(),
    references: [...survivor.references, ...other.references].sort(),
  }),
  away: later(other, { isDeleted: true, into: id, references: [] }),
});

/** Nobody has touched what the merge brought, but for the company, which stays where it was edited since. */
export const canUnmerge = (now: State, { united }: Merge): boolean =>
  !now.isDeleted &&
  now.hold === null &&
  canonical([now.contacts, now.references]) === canonical([united.contacts, united.references]);

/** The merge taken back. Where it had brought the survivor nothing, the survivor stays at its version. */
export function unmerged(now: State, away: State, { survivor, other, united }: Merge) {
  const { contacts, references } = survivor;
  const company = now.company === united.company ? survivor.company : now.company;
  const back = { ...now, company, contacts, references };
  return {
    survivor: canonical(back) === canonical(now) ? now : later(back, {}),
    other: later(away, { isDeleted: false, into: null, references: other.references }),
  };
}

export const erased = (state: State): State =>
  later(state, { company: null, isDeleted: true, isErased: true, contacts: [], references: [] });

/** What is wrong with the answer to a get of a customer in this state; null when nothing is. */
export function readFault(id: string, state: State, { status, body }: Answer): string | null {
  const { version, company, contacts, isDeleted, isErased, into } = state;
  if (isErased || (isDeleted && into === null))
    return status === 404 ? null : `${id} is gone, and was answered ${status}`;
  const survivor = into ?? id;
  if (status !== 200 || body.id !== survivor)
    return `${id} is ${survivor}, and was answered ${status} ${body.id}`;
  if (into !== null) return null;
  const is = {
    version: body.version,
    company: body.company_name,
    contacts: body.contacts.map(({ value }) => value).sort(),
  };
  const told = { version, company, contacts };
  return canonical(is) === canonical(told)
    ? null
    : `${id} was answered as ${JSON.stringify(is)}, told was ${JSON.stringify(told)}`;
}
