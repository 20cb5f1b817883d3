/** The parts that the page of a customer is made of: a panel, and facts in it. */
import type { ReactNode } from 'react';

export function Panel({
  id,
  title,
  action,
  className = '',
  children,
}: {
  id: string;
  title: string;
  /** Stands beside the title. */
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id} className={`rounded-2xl border border-line bg-surface p-5 ${className}`}>
      <div className="flex items-center justify-between gap-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-sm text-muted">{label}</dt>
          <dd className="numeric break-words text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value of a free-form field as text. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Two columns, the second below the first where the screen is narrow. */
export function Columns({ left, right }: { left: ReactNode; right: ReactNode }) {
  return (
    <div className="mt-6 grid items-start gap-5 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-5">{left}</div>
      <div className="flex min-w-0 flex-col gap-5">{right}</div>
    </div>
  );
}

export function SheetSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="mt-3">
      <div className="flex items-center gap-4">
        <div className="skeleton size-14 rounded-full!" />
        <div className="skeleton h-7 w-56" />
      </div>
      <Columns
        left={<div className="h-64 rounded-2xl border border-line bg-surface" />}
        right={<div className="h-64 rounded-2xl border border-line bg-surface" />}
      />
    </div>
  );
}
