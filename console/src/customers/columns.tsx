/** The columns of the list: what each shows, how wide it may be, and what it sorts by. */
import type { ReactNode } from 'react';
import type { Customer, Sort } from '../api.ts';
import { formatDay } from '../format.ts';
import type { SignedIn } from '../session.ts';
import type { strings } from '../strings/index.ts';
import { Status } from '../ui/status.tsx';

export interface Cell {
  customer: Customer;
  session: SignedIn;
  /** Null until the numbering plans are there. */
  formatPhone: ((value: string, country: string) => string) | null;
}

export interface Column {
  id: keyof typeof strings.list.column;
  width: string;
  /** What a first click sorts by, and a second. */
  sorts?: [Sort, Sort];
  show(cell: Cell): ReactNode;
}

const MOST_TAGS = 2;

export const COLUMNS: Column[] = [
  {
    id: 'phone',
    width: 'minmax(9rem, 10rem)',
    show: ({ customer, session, formatPhone }) =>
      customer.phone &&
      formatPhone && (
        <span className="numeric">{formatPhone(customer.phone, session.country(customer.location_id))}</span>
      ),
  },
  { id: 'email', width: 'minmax(10rem, 1.4fr)', show: ({ customer }) => customer.email },
  { id: 'company', width: 'minmax(8rem, 1fr)', show: ({ customer }) => customer.company_name },
  { id: 'status', width: '7rem', show: ({ customer }) => <Status status={customer.status} /> },
  {
    id: 'tags',
    width: 'minmax(8rem, 1fr)',
    show: ({ customer: { tags } }) => (
      <span className="flex items-center gap-1 overflow-hidden">
        {tags.slice(0, MOST_TAGS).map((tag) => (
          <span key={tag} className="max-w-28 truncate rounded-md bg-sunken px-1.5 py-0.5 text-xs text-muted">
            {tag}
          </span>
        ))}
        {tags.length > MOST_TAGS && <span className="text-xs text-muted">+{tags.length - MOST_TAGS}</span>}
      </span>
    ),
  },
  { id: 'source', width: 'minmax(6rem, 8rem)', show: ({ customer }) => customer.source },
  {
    id: 'location',
    width: 'minmax(7rem, 9rem)',
    show: ({ customer, session }) => session.locationOf(customer.location_id)?.name,
  },
  {
    id: 'created',
    width: '8rem',
    sorts: ['-created_at', 'created_at'],
    show: ({ customer, session }) => (
      <span className="numeric">
        {formatDay(customer.created_at, session.locationOf(customer.location_id)?.timezone)}
      </span>
    ),
  },
  {
    id: 'updated',
    width: '8rem',
    sorts: ['-updated_at', 'updated_at'],
    show: ({ customer, session }) => (
      <span className="numeric">
        {formatDay(customer.updated_at, session.locationOf(customer.location_id)?.timezone)}
      </span>
    ),
  },
];

const CHOSEN_AT_FIRST: Column['id'][] = ['phone', 'email', 'company', 'status', 'tags', 'created'];
const STORE = 'clientele.columns';

/** The columns somebody chose in this browser. */
export function chosenColumns(): Column['id'][] {
  try {
    const chosen: unknown = JSON.parse(localStorage.getItem(STORE) ?? '');
    if (Array.isArray(chosen)) return COLUMNS.map(({ id }) => id).filter((id) => chosen.includes(id));
  } catch {
    // Nothing chosen yet, or by a version that kept it otherwise.
  }
  return CHOSEN_AT_FIRST;
}

export const chooseColumns = (ids: Column['id'][]): void => localStorage.setItem(STORE, JSON.stringify(ids));
