/** A labelled field of a form, with what it is for and what is wrong with it, told to screen readers too. */
import { type ReactNode, useId } from 'react';
import { Failure, messageOf } from '../api.ts';

interface Described {
  id: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
}

export function Field({
  label,
  hint,
  problem,
  children,
}: {
  label: string;
  hint?: string;
  problem?: string | null | undefined;
  children: (props: Described) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-note`, 'aria-invalid': Boolean(problem) })}
      <p
        id={`${id}-note`}
        role={problem ? 'alert' : undefined}
        className={`text-sm ${problem ? 'text-danger' : 'text-muted'}`}
      >
        {problem ?? hint}
      </p>
    </div>
  );
}

/** What the service says about one field; null when it says nothing. */
export function problemOf(error: unknown, field: string): string | null {
  const errors = error instanceof Failure ? error.details.errors : undefined;
  return errors?.find((one) => one.field === field)?.message ?? null;
}

/** What went wrong that is no fault of any one of these fields. */
export function FormProblem({ error, fields = [] }: { error: unknown; fields?: string[] }) {
  if (!error || fields.some((field) => problemOf(error, field))) return null;
  return (
    <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-sm text-danger">
      {messageOf(error)}
    </p>
  );
}
