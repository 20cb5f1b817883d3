/** Ending a key: said first which one it is and what stops working with it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiKey, api, bodyOf } from '../api.ts';
import { formatAgo } from '../format.ts';
import { changeSession, useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { tell } from '../ui/notice.tsx';
import { FormProblem } from './field.tsx';
import { mayOf } from './key-words.ts';
import { keysQuery } from './settings-query.ts';

const words = strings.settings.keys;

export function RevokeDialog({
  apiKey,
  where,
  isLastAdmin,
  onClose,
}: {
  apiKey: ApiKey;
  /** The location it is for, in words. */
  where: string;
  isLastAdmin: boolean;
  onClose: () => void;
}) {
  const session = useSession();
  const queries = useQueryClient();
  const isOwn = apiKey.id === session.key.id;
  const revoke = useMutation({
    mutationFn: async () =>
      await bodyOf(api.DELETE('/api/v2/api-keys/{id}', { params: { path: { id: apiKey.id } } })),
    onSuccess: async () => {
      if (isOwn) {
        changeSession(queries, null);
        return;
      }
      await queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onClose();
      tell({ text: words.revoked(apiKey.name) });
    },
  });
  const { last_used_at: used } = apiKey;
  return (
    <Dialog title={words.revokeTitle(apiKey.name)} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <p className="text-muted text-pretty">{words.revokeText(mayOf(apiKey), where)}</p>
        {/* That of this session is in use, whatever was noted of it so far. */}
        {!isOwn && <p>{used ? words.revokeUsed(formatAgo(used)) : words.revokeUnused}</p>}
        {isOwn && <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{words.revokeOwn}</p>}
        {isLastAdmin && (
          <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{words.revokeLast}</p>
        )}
        <FormProblem error={revoke.error} />
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button weight="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
            {words.revokeDo}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
