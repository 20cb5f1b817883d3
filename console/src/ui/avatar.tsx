/** A picture, or the initials while there is none. */
import { useState } from 'react';

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => (word ? [...word][0] : ''))
    .join('')
    .toUpperCase();
}

export function Avatar({
  name,
  picture,
  className,
}: {
  name: string;
  picture?: string | null;
  className: string;
}) {
  const [isBroken, setBroken] = useState(false);
  if (picture?.startsWith('https://') && !isBroken) {
    return (
      <img
        src={picture}
        alt=""
        referrerPolicy="no-referrer"
        onError={() => setBroken(true)}
        className={`shrink-0 rounded-full object-cover ${className}`}
      />
    );
  }
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent ${className}`}
    >
      {initialsOf(name) || '#'}
    </span>
  );
}
