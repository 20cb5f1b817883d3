/** A button that opens a small panel beneath it: closed by Escape, by a click elsewhere and by leaving it. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { buttonClass } from './button.tsx';

export function Menu({
  label,
  button,
  children,
  weight = 'quiet',
  className = '',
}: {
  /** What the button is called where its content does not say it. */
  label: string;
  button: ReactNode;
  children: ReactNode | ((close: () => void) => ReactNode);
  weight?: Parameters<typeof buttonClass>[0];
  className?: string;
}) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      setOpen(false);
      trigger.current?.focus();
    };
    const at = root.current;
    document.addEventListener('pointerdown', onPointer);
    at?.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      at?.removeEventListener('keydown', onKey);
    };
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: notices that the focus has left
    <div
      ref={root}
      className="relative"
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={trigger}
        type="button"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        className={buttonClass(weight, className)}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div
          id={id}
          className="absolute right-0 z-30 mt-1 w-64 rounded-xl border border-line bg-surface p-2 shadow-raised"
        >
          {typeof children === 'function' ? children(() => setOpen(false)) : children}
        </div>
      )}
    </div>
  );
}
