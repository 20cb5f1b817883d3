/** Two people saved the same field: both values, and the choice between them. Nothing is lost meanwhile. */
import { useEffect, useRef } from 'react';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';

export function ConflictView({
  field,
  yours,
  theirs,
  isBusy,
  onYours,
  onTheirs,
}: {
  field: string;
  yours: string;
  theirs: string;
  isBusy: boolean;
  onYours: () => void;
  onTheirs: () => void;
}) {
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="alert" className="rounded-xl border border-warn bg-warn-soft p-4">
      <p ref={heading} tabIndex={-1} className="font-semibold">
        {strings.conflict.title(field)}
      </p>
      <p className="mt-1 text-sm">{strings.conflict.lead}</p>
      <dl className="mt-3 grid gap-3 sm:grid-cols-2">
        {(
          [
            [strings.conflict.yours, yours],
            [strings.conflict.theirs, theirs],
          ] as const
        ).map(([label, value]) => (
          <div key={label} className="rounded-lg border border-line bg-surface p-3">
            <dt className="text-sm text-muted">{label}</dt>
            <dd className="font-medium break-words">{value || strings.conflict.empty}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-3 flex gap-2">
        <Button weight="primary" disabled={isBusy} onClick={onYours}>
          {strings.conflict.keepYours}
        </Button>
        <Button onClick={onTheirs}>{strings.conflict.takeTheirs}</Button>
      </div>
    </div>
  );
}
