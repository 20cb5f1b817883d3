// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight are not in the page, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table are read; links and buttons in them have the focus
/**
 * The list as a table of any length, as high as all its rows: only those in sight are in the page. j and k move the
 * focus along the rows, x chooses one, X all from the one before.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Customer, Sort } from '../api.ts';
import { isTyping } from '../keyboard.ts';
import { strings } from '../strings/index.ts';
import { Icon } from '../ui/icon.tsx';
import type { Column } from './columns.tsx';
import { type Choice, CustomerRow, ROW, ROW_PX } from './customer-row.tsx';
import type { Rows } from './list-pages.ts';

/** Before it is known how many there are. */
const SKELETONS = 14;

/** Where somebody was in a list they left: opening a customer and coming back changes nothing. */
let left = { list: '', offset: 0, count: 0 };

interface Props {
  rows: Rows;
  columns: Column[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  onRestore: ((customer: Customer) => void) | null;
  /** Who is chosen for a change to many; null where nobody can be. */
  choice: Choice | null;
  /** Names the list, to find the place in it again. */
  list: string;
}

export function CustomerTable(props: Props) {
  const { rows, columns, sort, onSort, onRestore, choice, list } = props;
  const { at, see, isOld, isPending: isLoading } = rows;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  /** The row that gets the focus as soon as it is there. */
  const awaited = useRef<number | null>(null);
  const known = left.list === list ? left : null;
  const count = isLoading ? (known?.count ?? SKELETONS) : rows.count;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialOffset: known?.offset ?? 0,
  });
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    if (!isLoading && !isOld) see(from, to);
  }, [isLoading, isOld, see, from, to]);

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
  // In time: once out of the page, the element has lost its place.
  useLayoutEffect(() => {
    const element = scroller.current!;
    return () => {
      left = { list, offset: element.scrollTop, count };
    };
  }, [list, count]);

  const go = (index: number) => {
    if (count === 0) return;
    const next = Math.max(0, Math.min(index, count - 1));
    setActive(next);
    awaited.current = next;
    virtual.scrollToIndex(next, { align: 'auto' });
    focusAwaited();
  };
  /** Left to itself the browser glides through all that lies between, and stops to ask for some of it. */
  const jump = (event: KeyboardEvent) => {
    const element = scroller.current!;
    if (!element.contains(event.target as Node)) return;
    event.preventDefault();
    element.scrollTo({ top: event.key === 'Home' ? 0 : element.scrollHeight });
  };
  const focusAwaited = () => {
    if (awaited.current === null) return;
    const link = scroller.current!.querySelector<HTMLAnchorElement>(`[data-index="${awaited.current}"] a`);
    if (!link) return;
    awaited.current = null;
    link.focus({ preventScroll: true });
  };
  // Out of sight, the row comes into the page with the scrolling; from afar, with its page.
  useEffect(focusAwaited);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isInSearch = (event.target as HTMLElement).id === 'search';
      if (isInSearch && event.key === 'ArrowDown') {
        event.preventDefault();
        go(0);
      } else if (!isTyping(event)) {
        if (event.key === 'Home' || event.key === 'End') jump(event);
        else if (event.key === 'j') go(active + 1);
        else if (event.key === 'k') go(active - 1);
        else if (event.key.toLowerCase() === 'x') {
          const customer = at(active);
          if (customer) choice?.toggle(active, customer, event.shiftKey);
        }
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  const template = ['minmax(12rem, 1.8fr)', ...columns.map(({ width }) => width)].join(' ');
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
        aria-rowcount={(rows.first?.total_is_lower_bound ? -2 : count) + 1}
        aria-colcount={columns.length + 1}
        className={isOld ? 'opacity-60 transition-opacity delay-150' : ''}
      >
        <div role="rowgroup" className="sticky top-0 z-10 max-lg:hidden">
          <div
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns: template }}
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
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const customer = isLoading ? undefined : at(index);
            return (
              <CustomerRow
                key={key}
                index={index}
                start={start}
                customer={customer}
                columns={columns}
                template={template}
                isChosen={choice && customer ? choice.has(customer.id) : null}
                onToggle={choice?.toggle ?? null}
                onRestore={onRestore}
                onFocus={setActive}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
