/** A status as a dot and a word: never by colour alone. */
import type { Customer } from '../api.ts';
import { strings } from '../strings/index.ts';

const DOTS: Record<Customer['status'], string> = {
  lead: 'border-2 border-accent',
  active: 'bg-accent',
  inactive: 'border-2 border-line-strong',
  blocked: 'bg-danger',
};

export function Status({ status }: { status: Customer['status'] }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className={`size-2 rounded-full ${DOTS[status]}`} aria-hidden="true" />
      {strings.status[status]}
    </span>
  );
}
