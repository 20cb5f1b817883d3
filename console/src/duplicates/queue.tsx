/** The queue of pairs: who, and why they may be one person. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { customerQuery } from '../customer/customer-query.ts';
import { nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import type { PossibleDuplicate } from './queue-query.ts';

const words = strings.duplicates;

export function Queue({
  label,
  pairs,
  openId,
  list,
  hasMore,
  isLoadingMore,
  onMore,
}: {
  label: string;
  pairs: PossibleDuplicate[];
  openId: string | undefined;
  list: RefObject<HTMLOListElement | null>;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
}) {
  return (
    <>
      <ol ref={list} aria-label={label}>
        {pairs.map((pair) => (
          <li key={pair.id} className="border-b border-line">
            <Link
              to="/duplicates"
              search={(known) => ({ ...known, pair: pair.id })}
              data-pair={pair.id}
              preload={false}
              aria-current={pair.id === openId ? 'page' : undefined}
              className={`block border-l-4 py-3 pl-3 pr-4 focus-visible:-outline-offset-2 sm:pl-5 ${
                pair.id === openId ? 'border-accent bg-accent-soft' : 'border-transparent hover:bg-sunken'
              }`}
            >
              <Who id={pair.customer_ids[0]!} />
              <Who id={pair.customer_ids[1]!} />
              <span className="mt-1 block text-sm text-muted">
                {words.likelihood(pair.score)}: {pair.reasons.join('; ')}
              </span>
            </Link>
          </li>
        ))}
      </ol>
      {hasMore && (
        <div className="p-4">
          <Button className="w-full" disabled={isLoadingMore} onClick={onMore}>
            {words.more}
          </Button>
        </div>
      )}
    </>
  );
}

/** One of a pair on one line, which has its height before the name is there. */
function Who({ id }: { id: string }) {
  const { data, isError } = useQuery(customerQuery(id));
  const { country } = useSession();
  const formatPhone = useFormatPhone();
  const detail = data && ((data.phone && formatPhone?.(data.phone, country(data.location_id))) || data.email);
  return (
    <span className="flex h-6 min-w-0 items-center gap-2">
      {data ? (
        <>
          <span className="min-w-0 truncate font-medium">{nameOf(data)}</span>
          <span className="numeric ml-auto max-w-[55%] shrink-0 truncate text-sm text-muted">{detail}</span>
        </>
      ) : isError ? (
        <span className="text-muted">{words.unknown}</span>
      ) : (
        <span className="skeleton h-4 w-40" />
      )}
    </span>
  );
}

export function QueueSkeleton() {
  return (
    <div role="status" aria-label={strings.loading}>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="border-b border-line px-4 py-3 sm:px-6">
          <div className="skeleton my-1 h-4 w-40" />
          <div className="skeleton my-2 h-4 w-36" />
          <div className="skeleton h-3.5 w-56" />
        </div>
      ))}
    </div>
  );
}
