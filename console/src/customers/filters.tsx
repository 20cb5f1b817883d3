/** What narrows the list beside the search. All of it stands in the address. */
import { useEffect, useState } from 'react';
import type { Sort } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { DEFAULT_SORT, type ListSearch } from './list-search.ts';

const PAUSE_MS = 250;
type Change = (change: Partial<ListSearch>) => void;

export function Filters({
  search,
  change,
  clear,
}: {
  search: ListSearch;
  change: Change;
  clear: () => void;
}) {
  return (
    <fieldset className="flex flex-wrap items-end gap-3 pb-4">
      <legend className="sr-only">{strings.list.filters}</legend>
      <label className="w-36 text-sm max-sm:w-[calc(50%-0.4rem)]">
        <span className="text-muted">{strings.list.status}</span>
        <select
          value={search.status ?? ''}
          className={inputClass}
          onChange={({ target }) => change({ status: (target.value || undefined) as ListSearch['status'] })}
        >
          <option value="">{strings.list.anyStatus}</option>
          {Object.entries(strings.status).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <TextFilter
        label={strings.list.tag}
        hint={strings.list.tagHint}
        value={search.tag}
        change={(tag) => change({ tag })}
      />
      <TextFilter
        label={strings.list.source}
        hint={strings.list.sourceHint}
        value={search.source}
        change={(source) => change({ source })}
      />
      {/* Where there is no head of the table to click. */}
      <label className="w-44 text-sm max-sm:w-[calc(50%-0.4rem)] lg:hidden">
        <span className="text-muted">{strings.list.sort}</span>
        <select
          value={search.sort ?? DEFAULT_SORT}
          className={inputClass}
          onChange={({ target }) =>
            change({ sort: target.value === DEFAULT_SORT ? undefined : (target.value as Sort) })
          }
        >
          {Object.entries(strings.list.sorts).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <DayFilter label={strings.list.createdFrom} value={search.from} change={(from) => change({ from })} />
      <DayFilter label={strings.list.createdTo} value={search.to} change={(to) => change({ to })} />
      <DayFilter
        label={strings.list.changedSince}
        value={search.since}
        change={(since) => change({ since })}
      />
      <label className="flex min-h-9 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={search.deleted === '1'}
          onChange={({ target }) => change({ deleted: target.checked ? '1' : undefined })}
        />
        {strings.list.deleted}
      </label>
      <Button weight="quiet" onClick={clear}>
        {strings.list.clearFilters}
      </Button>
    </fieldset>
  );
}

function TextFilter({
  label,
  hint,
  value = '',
  change,
}: {
  label: string;
  hint: string;
  value: string | undefined;
  change: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts, once the typing pauses
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change(text.trim() || undefined), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="w-36 text-sm max-sm:w-[calc(50%-0.4rem)]">
      <span className="text-muted">{label}</span>
      <input
        value={text}
        placeholder={hint}
        className={inputClass}
        onChange={({ target }) => setText(target.value)}
      />
    </label>
  );
}

function DayFilter({
  label,
  value = '',
  change,
}: {
  label: string;
  value: string | undefined;
  change: (value: string | undefined) => void;
}) {
  return (
    <label className="w-40 text-sm max-sm:w-[calc(50%-0.4rem)]">
      <span className="text-muted">{label}</span>
      <input
        type="date"
        value={value}
        className={`numeric ${inputClass}`}
        onChange={({ target }) => change(target.value || undefined)}
      />
    </label>
  );
}
