// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight are not in the page, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table are read; links and buttons in them have the focus
/**
 * The list as a table of any length: only the rows in sight are in the page, the next ones are asked for before they
 * come into sight. j and k move the focus along the rows.
 */
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Customer, Sort } from '../api.ts';
import { nameOf, useFormatPhone } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Column } from './columns.tsx';

const ROW_PX = 56;
/** So many rows before the end of what is there, more is asked for. */
const AHEAD = 60;
const SKELETONS = 14;
const ROW = 'grid items-center gap-x-4 px-4 sm:px-6 max-lg:!grid-cols-1';

/** Where somebody was in a list they left: opening a customer and coming back changes nothing. */
let left = { list: '', offset: 0 };

export interface Choice {
  has(id: string): boolean;
  isAll: boolean;
  toggle(customer: Customer): void;
  toggleAll(): void;
}

interface Props {
  customers: Customer[];
  total: number;
  columns: Column[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  hasMore: boolean;
  isLoading: boolean;
  /** What is shown is still that of the search before. */
  isOld: boolean;
  onMore: () => void;
  onRestore: ((customer: Customer) => void) | null;
  /** Who is chosen for a change to many; null where nobody can be. */
  choice: Choice | null;
  /** Names the list, to find the place in it again. */
  list: string;
}

export function CustomerTable(props: Props) {
  const {
    customers,
    total,
    columns,
    sort,
    onSort,
    hasMore,
    isLoading,
    isOld,
    onMore,
    onRestore,
    choice,
    list,
  } = props;
  const session = useSession();
  const formatPhone = useFormatPhone();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const count = isLoading ? SKELETONS : customers.length + (hasMore ? SKELETONS : 0);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialOffset: left.list === list ? left.offset : 0,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= customers.length - AHEAD) onMore();
  }, [hasMore, last, customers.length, onMore]);

  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    setActive(-1);
    scroller.current?.scrollTo({ top: 0 });
  }, [list]);
  useEffect(() => {
    const element = scroller.current!;
    return () => {
      left = { list, offset: element.scrollTop };
    };
  }, [list]);

  const linkOf = (index: number) =>
    scroller.current?.querySelector<HTMLAnchorElement>(`[data-index="${index}"] a`);
  const go = (index: number) => {
    const to = Math.max(0, Math.min(index, customers.length - 1));
    if (customers.length === 0) return;
    setActive(to);
    rows.scrollToIndex(to, { align: 'auto' });
    const link = linkOf(to);
    if (link) link.focus({ preventScroll: true });
    // Out of sight, the row comes into the page with the scrolling.
    else requestAnimationFrame(() => requestAnimationFrame(() => linkOf(to)?.focus({ preventScroll: true })));
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isInSearch = (event.target as HTMLElement).id === 'search';
      if (isInSearch && event.key === 'ArrowDown') {
        event.preventDefault();
        go(0);
      } else if (!isTyping(event)) {
        if (event.key === 'j') go(active + 1);
        else if (event.key === 'k') go(active - 1);
        else if (event.key === 'x' && customers[active]) choice?.toggle(customers[active]);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  const template = {
    gridTemplateColumns: ['minmax(12rem, 1.8fr)', ...columns.map(({ width }) => width)].join(' '),
  };
  const header = (id: keyof typeof strings.list.column, sorts?: [Sort, Sort]) => {
    const label = strings.list.column[id];
    if (!sorts) return label;
    const isOn = sorts.includes(sort);
    const isDown = isOn && sort.startsWith('-');
    return (
      <button
        type="button"
        aria-label={strings.list.sortBy(label)}
        className={`-mx-1.5 inline-flex items-center gap-0.5 rounded-md px-1.5 py-1 hover:text-ink ${isOn ? 'text-ink' : ''}`}
        onClick={() => onSort(sort === sorts[0] ? sorts[1] : sorts[0])}
      >
        {label}
        <Icon name={isDown ? 'down' : 'up'} className={`size-4 ${isOn ? '' : 'opacity-0'}`} />
      </button>
    );
  };
  const ariaSort = (sorts?: [Sort, Sort]) =>
    sorts && (sorts.includes(sort) ? (sort.startsWith('-') ? 'descending' : 'ascending') : 'none');

  return (
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
      tabIndex={0}
      role="region"
      aria-label={strings.list.region}
      aria-busy={isLoading || isOld}
      className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
    >
      <div
        role="table"
        aria-label={strings.list.region}
        aria-rowcount={total + 1}
        aria-colcount={columns.length + 1}
        className={isOld ? 'opacity-60 transition-opacity delay-150' : ''}
      >
        <div role="rowgroup" className="sticky top-0 z-10 max-lg:hidden">
          <div
            role="row"
            aria-rowindex={1}
            style={template}
            className={`${ROW} h-10 border-b border-line bg-paper text-sm text-muted`}
          >
            <div role="columnheader" aria-sort={ariaSort(['name', '-name'])}>
              <span className="flex items-center gap-3">
                {choice && (
                  <input
                    type="checkbox"
                    aria-label={strings.bulk.chooseAll}
                    className="size-4 accent-accent"
                    checked={choice.isAll}
                    onChange={choice.toggleAll}
                  />
                )}
                {header('name', ['name', '-name'])}
              </span>
            </div>
            {columns.map(({ id, sorts }) => (
              <div key={id} role="columnheader" aria-sort={ariaSort(sorts)}>
                {header(id, sorts)}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const customer = isLoading ? undefined : customers[index];
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                style={{ ...template, height: ROW_PX, transform: `translateY(${start}px)` }}
                className={`absolute inset-x-0 top-0 border-b border-line ${ROW} has-[a:focus-visible]:bg-accent-soft ${customer ? 'hover:bg-sunken' : ''}`}
              >
                {customer ? (
                  <>
                    <div role="cell" className="flex min-w-0 items-center gap-3">
                      {choice && (
                        <input
                          type="checkbox"
                          aria-label={strings.bulk.choose(nameOf(customer))}
                          className="relative z-1 size-4 accent-accent max-sm:hidden"
                          checked={choice.has(customer.id)}
                          onChange={() => choice.toggle(customer)}
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
                            onFocus={() => setActive(index)}
                          >
                            {nameOf(customer)}
                          </Link>
                        )}
                        <span className="numeric block truncate text-sm text-muted lg:hidden">
                          {[
                            customer.phone &&
                              (formatPhone?.(customer.phone, session.country(customer.location_id)) ??
                                '\u00a0'),
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
          })}
        </div>
      </div>
    </div>
  );
}

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
