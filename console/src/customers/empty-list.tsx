/** In place of the table when there is nobody in it: what to do next. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { LoadDemo } from '../demo/load-demo.tsx';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

export function EmptyList({
  kind,
  locationId,
  onClear,
}: {
  kind: 'new' | 'narrowed' | 'deleted';
  /** What the calls must name; null for a business of one location. */
  locationId: string | null;
  onClear: () => void;
}) {
  const session = useSession();
  if (kind !== 'new') {
    const [title, text] =
      kind === 'deleted'
        ? [strings.list.noneDeletedTitle, strings.list.noneDeleted]
        : [strings.list.noneTitle, strings.list.none];
    return (
      <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-20 text-center">
        <Icon name="search" className="size-8 text-line-strong" />
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="text-muted text-balance">{text}</p>
        <Button onClick={onClear}>{strings.list.showAll}</Button>
      </div>
    );
  }
  const { origin } = window.location;
  const body = {
    name: 'Mikayla Malloney',
    phone: '0412 345 678',
    // A business of several locations says which.
    ...(locationId && { location_id: locationId }),
  };
  return (
    <div className="mx-auto w-full max-w-2xl min-h-0 overflow-y-auto px-6 py-14">
      <h2 className="text-xl font-semibold tracking-tight">{strings.list.emptyTitle}</h2>
      <p className="mt-1 text-muted">{strings.list.empty}</p>
      <Command
        text={`curl -X PUT ${origin}/api/v2/customers \\
  -H 'Authorization: Bearer YOUR_KEY' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(body)}'`}
      />
      <p className="mt-6 text-muted">{strings.list.emptyImport}</p>
      {session.may('customers:write') && (
        <Link to="/import" className={buttonClass('primary', 'mt-3')}>
          {strings.list.emptyImportHere}
        </Link>
      )}
      <Command
        text={`npx clientele import customers.csv \\
  --url ${origin} \\
  --key YOUR_KEY${locationId ? ` \\\n  --location ${locationId}` : ''}`}
      />
      <LoadDemo locationId={locationId} />
    </div>
  );
}

function Command({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="mt-3 overflow-hidden rounded-xl border border-line bg-surface">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <pre className="overflow-x-auto p-4 font-mono text-sm leading-relaxed" tabIndex={0}>
        {text}
      </pre>
      {/* Browsers have no clipboard for pages that came without https from afar. */}
      {navigator.clipboard && (
        <div className="flex justify-end border-t border-line px-2 py-1.5">
          <Button
            weight="quiet"
            onClick={async () => {
              await navigator.clipboard.writeText(text);
              setCopied(true);
            }}
          >
            <Icon name={isCopied ? 'check' : 'copy'} className="size-4" />
            {isCopied ? strings.list.copied : strings.list.copy}
          </Button>
        </div>
      )}
    </div>
  );
}
