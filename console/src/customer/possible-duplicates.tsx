/** Who may be the same person: said beside the record, where somebody notices while they are on the phone. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, bodyOf } from '../api.ts';
import { nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Menu } from '../ui/menu.tsx';
import { customerQuery } from './customer-query.ts';

const MOST = 5;

export function PossibleDuplicates({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['duplicates', id],
    queryFn: async ({ signal }) =>
      await bodyOf(
        api.GET('/api/v2/duplicates', { params: { query: { customer_id: id, limit: MOST } }, signal }),
      ),
  });
  if (!data || data.items.length === 0) return null;
  const text = strings.customer.duplicates(data.items.length);
  return (
    <div className="max-sm:order-last">
      <Menu label={text} button={text} weight="plain" className="border-warn! text-warn!">
        <ul className="divide-y divide-line">
          {data.items.map((pair) => (
            <li key={pair.id} className="px-2 py-2">
              <Other id={pair.customer_ids.find((one) => one !== id)!} />
              <p className="text-sm text-muted">{pair.reasons.join('; ')}</p>
              <Link
                to="/duplicates"
                search={{ customer: id, pair: pair.id }}
                className="text-sm text-accent underline underline-offset-2"
              >
                {strings.customer.compare}
              </Link>
            </li>
          ))}
        </ul>
      </Menu>
    </div>
  );
}

function Other({ id }: { id: string }) {
  const { data } = useQuery(customerQuery(id));
  const { country } = useSession();
  const formatPhone = useFormatPhone();
  if (!data) return <div className="skeleton h-5 w-40" />;
  return (
    <>
      <Link
        to="/customers/$id"
        params={{ id }}
        className="block truncate font-medium text-accent hover:underline"
      >
        {nameOf(data)}
      </Link>
      <p className="numeric truncate text-sm">
        {[data.phone && formatPhone?.(data.phone, country(data.location_id)), data.email]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </>
  );
}
