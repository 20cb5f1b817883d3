/** The tags: one key to add, one click to remove. */
import { useState } from 'react';
import type { Customer } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Icon } from '../ui/icon.tsx';
import type { Save } from './customer-query.ts';
import { useDecidedSave } from './decided-save.tsx';

export function Tags({ customer, save, canEdit }: { customer: Customer; save: Save; canEdit: boolean }) {
  const [text, setText] = useState('');
  const decided = useDecidedSave(save, strings.customer.tags, () => setText(''));
  const { tags } = customer;
  return (
    <section aria-labelledby="tags" className="rounded-2xl border border-line bg-surface p-5">
      <h2 id="tags" className="font-semibold">
        {strings.customer.tags}
      </h2>
      {decided.view}
      <ul className="mt-3 flex flex-wrap gap-2">
        {tags.length === 0 && !canEdit && <li className="text-muted">{strings.customer.noTags}</li>}
        {tags.map((tag) => (
          <li key={tag} className="flex min-h-8 items-center gap-1 rounded-lg bg-sunken pl-2.5 pr-1 text-sm">
            <span className="max-w-60 truncate">{tag}</span>
            {canEdit ? (
              <button
                type="button"
                aria-label={strings.customer.removeTag(tag)}
                disabled={save.isPending}
                className="rounded-md p-1 text-muted hover:text-danger"
                onClick={() => decided.submit({ tags: tags.filter((one) => one !== tag) })}
              >
                <Icon name="close" className="size-3.5" />
              </button>
            ) : (
              <span className="w-1" />
            )}
          </li>
        ))}
        {canEdit && (
          <li>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (text.trim()) decided.submit({ tags: [...tags, text.trim()] });
              }}
            >
              <input
                value={text}
                maxLength={64}
                aria-label={strings.customer.addTag}
                placeholder={strings.customer.addTag}
                autoComplete="off"
                className="min-h-8 w-32 rounded-lg border border-dashed border-line-strong bg-transparent px-2.5 text-sm"
                onChange={({ target }) => setText(target.value)}
              />
            </form>
          </li>
        )}
      </ul>
    </section>
  );
}
