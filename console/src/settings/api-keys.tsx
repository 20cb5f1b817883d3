/** The API keys: who gets in, what each may do, when it was last used and what for. */
import { useState } from 'react';
import type { ApiKey, Location, NewApiKey } from '../api.ts';
import { formatAgo, formatDay, formatMoment } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { KeyShownDialog } from './key-shown-dialog.tsx';
import { KeyUses } from './key-uses.tsx';
import { isOver, mayOf, whereOf } from './key-words.ts';
import { RevokeDialog } from './revoke-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { Section } from './section.tsx';

const words = strings.settings.keys;

type Open = { dialog: 'create' } | { dialog: 'rotate' | 'revoke'; key: ApiKey } | null;

export function ApiKeys({ keys, locations }: { keys: ApiKey[]; locations: Location[] }) {
  const [open, setOpen] = useState<Open>(null);
  const [shown, setShown] = useState<NewApiKey | null>(null);
  const live = keys.filter((key) => !isOver(key));
  const over = keys.filter(isOver);
  const close = () => setOpen(null);
  const show = (key: NewApiKey) => {
    setOpen(null);
    setShown(key);
  };
  return (
    <Section
      id="api-keys"
      title={words.title}
      lead={words.lead}
      action={
        <Button onClick={() => setOpen({ dialog: 'create' })}>
          <Icon name="plus" className="size-4" />
          {words.add}
        </Button>
      }
    >
      <ul className="mt-3 divide-y divide-line">
        {live.map((key) => (
          <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <KeyWords apiKey={key} locations={locations} />
            <div className="flex gap-2">
              <Button
                aria-label={words.rotateOne(key.name)}
                onClick={() => setOpen({ dialog: 'rotate', key })}
              >
                {words.rotate}
              </Button>
              <Button
                weight="danger"
                aria-label={words.revokeOne(key.name)}
                onClick={() => setOpen({ dialog: 'revoke', key })}
              >
                {words.revoke}
              </Button>
            </div>
            <KeyUses apiKey={key} />
          </li>
        ))}
      </ul>
      {over.length > 0 && (
        <details className="mt-1 border-t border-line pt-3">
          <summary className="cursor-pointer py-1 text-sm text-muted hover:text-ink">
            {words.endedTitle(over.length)}
          </summary>
          <ul className="mt-1 divide-y divide-line">
            {over.map((key) => (
              <li key={key.id} className="flex flex-wrap gap-y-2 py-3">
                <KeyWords apiKey={key} locations={locations} />
                <KeyUses apiKey={key} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="mt-3 text-sm text-muted">{words.usedNote}</p>
      {open?.dialog === 'create' && <CreateKeyDialog locations={locations} onMade={show} onClose={close} />}
      {open?.dialog === 'rotate' && <RotateDialog apiKey={open.key} onMade={show} onClose={close} />}
      {open?.dialog === 'revoke' && (
        <RevokeDialog
          apiKey={open.key}
          where={whereOf(open.key, locations)}
          isLastAdmin={isLastAdmin(open.key, live)}
          onClose={close}
        />
      )}
      {shown && <KeyShownDialog apiKey={shown} onClose={() => setShown(null)} />}
    </Section>
  );
}

/** The only key that can still make others. */
const isLastAdmin = (key: ApiKey, live: ApiKey[]): boolean =>
  key.scopes.includes('admin') && !live.some(({ id, scopes }) => id !== key.id && scopes.includes('admin'));

function KeyWords({ apiKey, locations }: { apiKey: ApiKey; locations: Location[] }) {
  const session = useSession();
  const { revoked_at: revoked, expires_at: expires, last_used_at: used, created_at: created } = apiKey;
  const zone = session.locations[0]?.timezone;
  const end = revoked
    ? words.revokedAt(formatMoment(revoked, zone))
    : expires
      ? (isOver(apiKey) ? words.ended : words.ends)(formatMoment(expires, zone))
      : words.noEnd;
  return (
    <div className="min-w-0 flex-1 basis-80">
      <p className="flex flex-wrap items-center gap-x-2 font-medium">
        <span className="break-words">{apiKey.name}</span>
        {apiKey.id === session.key.id && (
          <span className="rounded-md bg-accent-soft px-1.5 py-0.5 text-xs text-accent">{words.present}</span>
        )}
      </p>
      <p className="text-sm">{words.mayDo(mayOf(apiKey))}</p>
      <p className="numeric text-sm text-muted">
        {[
          whereOf(apiKey, locations),
          words.created(formatDay(created, zone)),
          used ? words.used(formatAgo(used)) : words.unused,
          end,
        ].join(' · ')}
      </p>
    </div>
  );
}
