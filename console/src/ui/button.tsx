/** Buttons in the four weights there are. */
import type { ButtonHTMLAttributes } from 'react';

const WEIGHTS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-surface text-ink hover:bg-sunken border-line',
  quiet: 'bg-transparent text-muted hover:text-ink hover:bg-sunken border-transparent',
  danger: 'bg-surface text-danger hover:bg-danger-soft border-line',
};

export const buttonClass = (weight: keyof typeof WEIGHTS = 'plain', more = ''): string =>
  `inline-flex min-h-9 items-center justify-center gap-2 rounded-lg border px-3 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-60 ${WEIGHTS[weight]} ${more}`;

export function Button({
  weight = 'plain',
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { weight?: keyof typeof WEIGHTS }) {
  return <button type="button" className={buttonClass(weight, className)} {...rest} />;
}

export const inputClass =
  'min-h-9 w-full rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-ink focus-visible:border-transparent focus-visible:-outline-offset-1';
