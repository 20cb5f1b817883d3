/** For an empty business: customers to look around with. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, messageOf } from '../api.ts';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { tell } from '../ui/notice.tsx';

const words = strings.demo;

export function LoadDemo({ locationId }: { locationId: string | null }) {
  const session = useSession();
  const queries = useQueryClient();
  const load = useMutation({
    mutationFn: async () =>
      await bodyOf(
        api.POST('/api/v2/demo-customers', {
          params: { query: locationId ? { location_id: locationId } : {} },
        }),
      ),
    onSuccess: async ({ created }) => {
      await queries.invalidateQueries({ queryKey: ['customers'] });
      void queries.invalidateQueries({ queryKey: ['duplicates'] });
      tell({ text: created > 0 ? words.loaded(formatNumber(created)) : words.loadedBefore });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
  if (!session.may('admin')) return null;
  return (
    <div className="mt-6">
      <p className="text-muted">{words.lead}</p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button disabled={load.isPending} onClick={() => load.mutate()}>
          {words.load}
        </Button>
        <p role="status" className="text-sm text-muted">
          {load.isPending && words.loading}
        </p>
      </div>
    </div>
  );
}
