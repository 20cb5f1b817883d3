/** The import that the list is narrowed to, as something to take away. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { importsQuery, nameOfImport } from '../import/imports-query.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Icon } from '../ui/icon.tsx';

export function ImportChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const session = useSession();
  const imports = useInfiniteQuery(importsQuery(undefined));
  const one = imports.data?.pages.flatMap(({ items }) => items).find((known) => known.id === id);
  const name = nameOfImport(one, session.locations[0]?.timezone);
  return (
    <p className="pb-4">
      <span className="inline-flex min-h-9 max-w-full items-center gap-1 rounded-full border border-accent bg-accent-soft pl-4 text-sm">
        <Icon name="upload" className="size-4" />
        <span className="truncate">{name}</span>
        <button
          type="button"
          aria-label={strings.list.removeFilter(name)}
          className="flex size-9 items-center justify-center rounded-full text-muted hover:text-ink"
          onClick={onRemove}
        >
          <Icon name="close" className="size-4" />
        </button>
      </span>
    </p>
  );
}
