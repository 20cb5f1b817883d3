/** A new key in place of one, which keeps working until everything that uses it has the new one. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ApiKey, api, bodyOf, type NewApiKey } from '../api.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from './field.tsx';
import { keysQuery } from './settings-query.ts';

const words = strings.settings.keys;
const DAY = 86_400;

export function RotateDialog({
  apiKey,
  onMade,
  onClose,
}: {
  apiKey: ApiKey;
  onMade: (key: NewApiKey) => void;
  onClose: () => void;
}) {
  const session = useSession();
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState(DAY);
  const isOwn = apiKey.id === session.key.id;
  const rotate = useMutation({
    mutationFn: async () =>
      await bodyOf(
        api.POST('/api/v2/api-keys/{id}/rotate', {
          params: { path: { id: apiKey.id } },
          body: { overlap_seconds: overlap },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onMade(made);
    },
  });
  return (
    <Dialog title={words.rotateTitle(apiKey.name)} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <p className="text-muted text-pretty">{words.rotateText}</p>
        {isOwn && <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{words.rotateOwn}</p>}
        <Field label={words.overlap}>
          {(props) => (
            <select
              {...props}
              value={overlap}
              className={inputClass}
              onChange={({ target }) => setOverlap(Number(target.value))}
            >
              {/* Who ends the key of this session at once would not see the new one any more. */}
              {words.overlaps
                .filter(([seconds]) => seconds > 0 || !isOwn)
                .map(([seconds, label]) => (
                  <option key={seconds} value={seconds}>
                    {label}
                  </option>
                ))}
            </select>
          )}
        </Field>
        <FormProblem error={rotate.error} />
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button weight="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            {words.rotateDo}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
