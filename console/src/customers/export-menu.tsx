/** What the list shows now as a file; the browser itself writes it to disk while it comes. */
import type { ListQuery } from '../api.ts';
import { strings } from '../strings/index.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { exportAddress } from './everybody.ts';

const FORMATS = ['csv', 'ndjson'] as const;

export function ExportMenu({ query }: { query: ListQuery }) {
  return (
    <Menu label={strings.list.export} button={<Icon name="download" />} weight="plain" className="min-h-11">
      {(close) => (
        <>
          <p className="px-3 py-1 text-sm text-muted">{strings.list.exportLead}</p>
          {FORMATS.map((format) => (
            <a
              key={format}
              href={exportAddress(query, format)}
              download={`customers.${format}`}
              className={buttonClass('quiet', 'w-full justify-start!')}
              onClick={close}
            >
              {strings.list.exportAs[format]}
            </a>
          ))}
        </>
      )}
    </Menu>
  );
}
