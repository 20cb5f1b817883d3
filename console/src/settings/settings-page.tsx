/** What an administrator sets: locations, who gets in, and what keeps a customer. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { ApiKeys } from './api-keys.tsx';
import { DeleteRulesForm } from './delete-rules.tsx';
import { Locations } from './locations.tsx';
import { keysQuery, locationsQuery, rulesQuery } from './settings-query.ts';

const words = strings.settings;

export function SettingsPage() {
  const session = useSession();
  const enabled = session.may('admin');
  const locations = useQuery({ ...locationsQuery, enabled: enabled && session.may('customers:read') });
  const keys = useQuery({ ...keysQuery, enabled });
  const rules = useQuery({ ...rulesQuery, enabled });
  useEffect(() => {
    document.title = `${words.title} · ${session.business.name}`;
  }, [session.business.name]);
  if (!enabled) return <Problem title={strings.errors.title} text={words.forbidden} />;
  const failed = [locations, keys, rules].find(({ isError, data }) => isError && !data);
  if (failed) return <ErrorProblem error={failed.error} retry={() => failed.refetch()} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-6">
        <h1 className="text-2xl font-semibold tracking-tight">{words.title}</h1>
        {session.key.location_id !== null && (
          <p className="mt-2 max-w-2xl text-muted text-pretty">{words.oneLocation}</p>
        )}
        {/* Together: what comes in later would push the rest about. */}
        {keys.data && rules.data && (locations.data || !locations.isLoading) ? (
          <div className="mt-5 flex flex-col gap-5">
            <Locations locations={locations.data ?? session.locations} />
            <ApiKeys keys={keys.data} locations={locations.data ?? session.locations} />
            <DeleteRulesForm rules={rules.data} />
          </div>
        ) : (
          <div className="mt-5 flex flex-col gap-5" role="status" aria-label={strings.loading}>
            {[0, 1, 2].map((part) => (
              <div key={part} className="rounded-2xl border border-line bg-surface p-6">
                <div className="skeleton h-5 w-40" />
                <div className="skeleton mt-5 h-4 w-3/4" />
                <div className="skeleton mt-3 h-4 w-1/2" />
                <div className="skeleton mt-3 h-4 w-2/3" />
              </div>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
