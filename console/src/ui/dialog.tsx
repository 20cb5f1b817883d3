/** The browser's own modal dialog: it keeps the focus inside, closes by Escape and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef } from 'react';

export function Dialog({
  title,
  onClose,
  isPinned = false,
  children,
}: {
  title: string;
  onClose: () => void;
  /** Only what stands in it closes it: Escape does not. */
  isPinned?: boolean;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-6 shadow-raised"
      onKeyDown={(event) => {
        // Of two in a row, browsers do not let a page refuse the second.
        if (isPinned && event.key === 'Escape') event.preventDefault();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (!isPinned) onClose();
      }}
    >
      <h2 id={id} className="text-lg font-semibold text-balance">
        {title}
      </h2>
      <div className="mt-3">{children}</div>
    </dialog>
  );
}
