/** A key that was just made, shown this once. Only its own button closes it: Escape would lose the key for good. */
import type { NewApiKey } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from './field.tsx';

const words = strings.settings.keys;

export function KeyShownDialog({ apiKey, onClose }: { apiKey: NewApiKey; onClose: () => void }) {
  const key = apiKey.key ?? '';
  return (
    <Dialog title={words.shownTitle(apiKey.name)} onClose={onClose} isPinned>
      <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{words.shown}</p>
      <div className="mt-4">
        <Field label={words.shownKey}>
          {(props) => (
            <input
              {...props}
              readOnly
              value={key}
              spellCheck={false}
              className={`font-mono text-sm ${inputClass}`}
              onFocus={({ target }) => target.select()}
            />
          )}
        </Field>
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <CopyButton text={key} weight="primary" />
        <Button onClick={onClose}>{words.done}</Button>
      </div>
    </Dialog>
  );
}
