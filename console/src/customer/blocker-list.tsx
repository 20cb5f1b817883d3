/** What keeps a record from being deleted or erased, and what to do about each. */
import type { Blocker } from '../api.ts';
import { strings } from '../strings/index.ts';

export function BlockerList({ blockers }: { blockers: Blocker[] }) {
  return (
    <>
      <p className="text-muted">{strings.customer.blockedText}</p>
      <ul className="mt-3 flex flex-col gap-3">
        {blockers.map(({ rule, message, references }) => (
          <li key={rule} className="rounded-xl border border-line bg-sunken p-3">
            <p className="font-medium">{message}</p>
            {references.length > 0 && (
              <p className="text-sm text-muted">
                {references.map(({ kind, ref }) => `${kind} ${ref}`).join(', ')}
              </p>
            )}
            <p className="mt-1 text-sm">{strings.customer.blockers[rule]}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
