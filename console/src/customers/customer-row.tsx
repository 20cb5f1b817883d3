// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight are not in the page, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows of a table are read; links and buttons in them have the focus
/** A row of the list. Drawn anew only when something about it changed, however often the list moves. */
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Customer } from '../api.ts';
import { nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from './columns.tsx';

export const ROW_PX = 56;
export const ROW = 'grid items-center gap-x-4 px-4 sm:px-6 max-lg:!grid-cols-1';

export interface Choice {
  has(id: string): boolean;
  isAll: boolean;
  /** One more, or one less; with `isRange` everybody from the one chosen before to this one. */
  toggle(index: number, customer: Customer, isRange: boolean): void;
  toggleAll(): void;
}

interface Props {
  index: number;
  start: number;
  /** Undefined while it is on its way. */
  customer: Customer | undefined;
  columns: Column[];
  template: string;
  /** Null where nobody can be chosen. */
  isChosen: boolean | null;
  onToggle: Choice['toggle'] | null;
  onRestore: ((customer: Customer) => void) | null;
  onFocus: (index: number) => void;
}

export const CustomerRow = memo(function CustomerRow(props: Props) {
  const { index, start, customer, columns, template, isChosen, onToggle, onRestore, onFocus } = props;
  const session = useSession();
  const formatPhone = useFormatPhone();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ gridTemplateColumns: template, height: ROW_PX, transform: `translateY(${start}px)` }}
      className={`absolute inset-x-0 top-0 contain-strict border-b border-line ${ROW} focus-within:bg-accent-soft ${customer ? 'hover:bg-sunken' : ''} ${isChosen ? 'bg-accent-soft' : ''}`}
    >
      {customer ? (
        <>
          <div role="cell" className="flex min-w-0 items-center gap-3">
            {onToggle && (
              <input
                type="checkbox"
                aria-label={strings.bulk.choose(nameOf(customer))}
                className="relative z-1 size-4 accent-accent max-sm:hidden"
                checked={isChosen === true}
                onChange={({ nativeEvent }) =>
                  onToggle(index, customer, (nativeEvent as MouseEvent).shiftKey === true)
                }
              />
            )}
            <Avatar name={nameOf(customer)} className="size-8 text-xs" />
            <div className="min-w-0 flex-1">
              {onRestore ? (
                <span className="block truncate font-medium">{nameOf(customer)}</span>
              ) : (
                <Link
                  to="/customers/$id"
                  params={{ id: customer.id }}
                  preload={false}
                  className="block truncate font-medium outline-none after:absolute after:inset-0"
                  onFocus={() => onFocus(index)}
                >
                  {nameOf(customer)}
                </Link>
              )}
              <span className="numeric block truncate text-sm text-muted lg:hidden">
                {[
                  customer.phone &&
                    (formatPhone?.(customer.phone, session.country(customer.location_id)) ?? '\u00a0'),
                  customer.email,
                ]
                  .filter(Boolean)
                  .join(' · ') || strings.status[customer.status]}
              </span>
            </div>
            {onRestore && (
              <Button className="relative" onClick={() => onRestore(customer)}>
                {strings.list.restore}
              </Button>
            )}
          </div>
          {columns.map(({ id, show }) => (
            <div key={id} role="cell" className="min-w-0 truncate text-sm max-lg:hidden">
              {show({ customer, session, formatPhone }) || (
                <span className="text-muted" aria-hidden="true">
                  {strings.none}
                </span>
              )}
            </div>
          ))}
        </>
      ) : (
        <SkeletonCells columns={columns} />
      )}
    </div>
  );
});

function SkeletonCells({ columns }: { columns: Column[] }) {
  return (
    <>
      <div role="cell" className="flex items-center gap-3">
        <div className="skeleton size-8 rounded-full!" />
        <div className="skeleton h-4 w-36" />
      </div>
      {columns.map(({ id }) => (
        <div key={id} role="cell" className="max-lg:hidden">
          <div className="skeleton h-3.5 w-3/4" />
        </div>
      ))}
    </>
  );
}
