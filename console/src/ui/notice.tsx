/** What was just done, said once at the foot of the page, with a way to take it back. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { isTyping } from '../keyboard.ts';
import { strings } from '../strings/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface Notice {
  text: string;
  isError?: boolean;
  action?: { label: string; run: () => void };
  /** Shows more of it; the notice stays. */
  more?: { label: string; run: () => void };
}

let present: Notice | null = null;
const listeners = new Set<() => void>();

export function tell(notice: Notice | null): void {
  present = notice;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const SHOWN_MS = 8_000;
/** What can be taken back is offered for longer: long enough to read it, to think, and to get there by keyboard. */
const UNDO_SHOWN_MS = 30_000;

export function Notices() {
  const notice = useSyncExternalStore(subscribe, () => present);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    // An error stays until it was read, anything while the pointer or the focus is on it.
    if (!notice || notice.isError || isHeld) return;
    const timer = setTimeout(() => tell(null), notice.action ? UNDO_SHOWN_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, isHeld]);
  useEffect(() => {
    const action = notice?.action;
    if (!action) {
      setHeld(false);
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'z' || isTyping(event)) return;
      tell(null);
      action.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [notice]);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex justify-center px-4"
    >
      {notice && (
        // biome-ignore lint/a11y/noStaticElementInteractions: only notices that somebody is at it
        <div
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
          className={`pointer-events-auto flex max-w-xl items-center gap-3 rounded-xl border px-4 py-2 shadow-raised ${
            notice.isError ? 'border-danger bg-danger-soft text-danger' : 'border-line bg-surface'
          }`}
        >
          <span>{notice.text}</span>
          {notice.more && (
            <Button weight="quiet" className="text-current!" onClick={notice.more.run}>
              {notice.more.label}
            </Button>
          )}
          {notice.action && (
            <Button
              weight="quiet"
              className="text-accent!"
              aria-keyshortcuts="z"
              onClick={() => {
                tell(null);
                notice.action!.run();
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <Button weight="quiet" aria-label={strings.close} className="px-1.5" onClick={() => tell(null)}>
            <Icon name="close" className="size-4" />
          </Button>
        </div>
      )}
    </div>
  );
}
