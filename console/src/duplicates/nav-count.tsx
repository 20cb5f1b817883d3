/** How many pairs wait, beside the way to them. It is the first page of the queue, which is asked for anyway. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { queueQuery } from './queue-query.ts';

export function OpenPairs({ location }: { location: string | undefined }) {
  const session = useSession();
  const { data, hasNextPage } = useInfiniteQuery({
    ...queueQuery({ location }),
    enabled: session.may('customers:read'),
  });
  const count = data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  // The room is there before the number is: what stands beside does not move. A phone has none to spare.
  return (
    <span className="numeric inline-block min-w-6 max-sm:sr-only">
      {count > 0 && (
        <span className="rounded-full bg-accent px-1.5 text-xs text-on-accent">
          {count}
          {hasNextPage && '+'}
          <span className="sr-only"> {strings.duplicates.open}</span>
        </span>
      )}
    </span>
  );
}
