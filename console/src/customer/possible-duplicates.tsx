/** Who may be the same person, and why: beside the record, where somebody notices while they are on the phone. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, bodyOf } from '../api.ts';
import { nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { customerQuery } from './customer-query.ts';
import { Panel } from './panel.tsx';

const words = strings.customer.duplicates;
const SHOWN = 3;
const SECTION = 'possible-duplicates';

const usePairs = (id: string) =>
  useQuery({
    queryKey: ['duplicates', id],
    queryFn: async ({ signal }) =>
      (
        await bodyOf(
          api.GET('/api/v2/duplicates', { params: { query: { customer_id: id, limit: 100 } }, signal }),
        )
      ).items,
  }).data ?? [];

/** At the head of the page: that there are any, and the way to them. A number alone where there is little room. */
export function DuplicatesBadge({ id }: { id: string }) {
  const { length } = usePairs(id);
  if (length === 0) return null;
  const text = words.count(length);
  return (
    <a
      href={`#${SECTION}`}
      aria-label={text}
      className={buttonClass('plain', 'border-warn! text-warn! max-sm:order-last')}
      onClick={(event) => {
        // The address stays as it is: it says which customer is shown.
        event.preventDefault();
        document.getElementById(SECTION)?.focus();
      }}
    >
      <Icon name="people" className="size-4" />
      <span className="sm:hidden">{length}</span>
      <span className="max-sm:hidden">{text}</span>
    </a>
  );
}

/** The likeliest of them. Last in its column and drawn when all is known, so that nothing moves. */
export function PossibleDuplicates({ id }: { id: string }) {
  const pairs = usePairs(id);
  const { country } = useSession();
  const formatPhone = useFormatPhone();
  const likeliest = pairs.slice(0, SHOWN).map((pair) => ({
    ...pair,
    otherId: pair.customer_ids.find((one) => one !== id)!,
  }));
  const others = useQueries({ queries: likeliest.map(({ otherId }) => customerQuery(otherId)) });
  if (pairs.length === 0 || others.some(({ isPending }) => isPending)) return null;
  return (
    <div id={SECTION} tabIndex={-1} className="scroll-mt-4 rounded-2xl focus:ring-2 focus:ring-warn">
      <Panel id="duplicates" title={words.title} className="border-warn!">
        <ul className="mt-1 divide-y divide-line">
          {likeliest.map(({ id: pair, otherId, reasons }, i) => {
            const other = others[i]?.data;
            if (!other) return null;
            const details = [
              other.phone && formatPhone?.(other.phone, country(other.location_id)),
              other.email,
            ].filter(Boolean);
            return (
              <li key={pair} className="py-3 last:pb-0">
                <Link
                  to="/customers/$id"
                  params={{ id: otherId }}
                  className="font-medium text-accent break-words hover:underline"
                >
                  {nameOf(other)}
                </Link>
                {details.length > 0 && <p className="numeric text-sm break-words">{details.join(' · ')}</p>}
                <p className="text-sm text-muted first-letter:uppercase">{reasons.join('; ')}</p>
                <Link
                  to="/duplicates"
                  search={{ customer: id, pair }}
                  aria-label={words.compareWith(nameOf(other))}
                  className="mt-1 inline-block text-sm text-accent underline underline-offset-2"
                >
                  {words.compare}
                </Link>
              </li>
            );
          })}
        </ul>
        {pairs.length > SHOWN && (
          <Link to="/duplicates" search={{ customer: id }} className={buttonClass('plain', 'mt-3')}>
            {words.all(pairs.length)}
          </Link>
        )}
      </Panel>
    </div>
  );
}
