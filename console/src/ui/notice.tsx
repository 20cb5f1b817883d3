/** What was just done, said once at the foot of the page, with a way to take it back. */
import { useEffect, useSyncExternalStore } from 'react';
import { strings } from '../strings.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface Notice {
  text: string;
  isError?: boolean;
  action?: { label: string; run: () => void };
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

export function Notices() {
  const notice = useSyncExternalStore(subscribe, () => present);
  useEffect(() => {
    // An error stays until it was read; so does what can be taken back while the pointer is elsewhere.
    if (!notice || notice.isError) return;
    const timer = setTimeout(() => tell(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex justify-center px-4"
    >
      {notice && (
        <div
          className={`pointer-events-auto flex max-w-xl items-center gap-3 rounded-xl border px-4 py-2 shadow-raised ${
            notice.isError ? 'border-danger bg-danger-soft text-danger' : 'border-line bg-surface'
          }`}
        >
          <span>{notice.text}</span>
          {notice.action && (
            <Button
              weight="quiet"
              className="text-accent"
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
