/** Copies a text, and says that it did. */
import { useState } from 'react';
import { strings } from '../strings/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function CopyButton({ text, weight = 'quiet' }: { text: string; weight?: 'quiet' | 'primary' }) {
  const [isCopied, setCopied] = useState(false);
  // Browsers have no clipboard for pages that came without https from afar.
  if (!navigator.clipboard) return null;
  return (
    <Button
      weight={weight}
      onClick={async () => {
        await navigator.clipboard.writeText(text);
        setCopied(true);
      }}
    >
      <Icon name={isCopied ? 'check' : 'copy'} className="size-4" />
      <span aria-live="polite">{isCopied ? strings.copied : strings.copy}</span>
    </Button>
  );
}
