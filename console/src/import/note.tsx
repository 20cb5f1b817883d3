/** Something to know about the file or the import, beside what it is about. */
import type { ReactNode } from 'react';

const TONES = {
  plain: 'border-line bg-sunken',
  warn: 'border-warn bg-warn-soft text-warn',
  danger: 'border-danger bg-danger-soft text-danger',
};

export function Note({ tone = 'plain', children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <p
      role={tone === 'danger' ? 'alert' : undefined}
      className={`max-w-3xl rounded-xl border px-4 py-2.5 text-sm text-pretty ${TONES[tone]}`}
    >
      {children}
    </p>
  );
}
