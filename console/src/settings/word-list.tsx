/** A few words that can be added to and taken from: tags, kinds of references. */
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Field } from './field.tsx';

const { rules } = strings.settings;

export interface Words {
  words: string[];
  /** What is typed and not yet added; saving adds it. */
  text: string;
}

/** The words with the one that is typed among them. */
export function taken({ words, text }: Words): string[] {
  const word = text.trim();
  return word === '' || words.some((one) => one.toLowerCase() === word.toLowerCase())
    ? words
    : [...words, word];
}

export function WordList({
  title,
  label,
  example,
  problem,
  value,
  canEdit,
  onChange,
  onAdd,
}: {
  title: string;
  label: string;
  example: string;
  problem: string | null;
  value: Words;
  canEdit: boolean;
  onChange: (value: Words) => void;
  onAdd: () => void;
}) {
  return (
    <fieldset>
      <legend className="font-medium">{title}</legend>
      <p className="mt-1 max-w-2xl text-sm text-muted text-pretty">{example}</p>
      <ul className="mt-2 flex flex-wrap gap-2">
        {value.words.length === 0 && <li className="text-sm text-muted">{rules.nothing}</li>}
        {value.words.map((word) => (
          <li key={word} className="flex min-h-8 items-center gap-1 rounded-lg bg-sunken pl-2.5 pr-1 text-sm">
            <span className="max-w-60 truncate">{word}</span>
            {canEdit ? (
              <button
                type="button"
                aria-label={rules.remove(word)}
                className="rounded-md p-1.5 text-muted hover:text-danger"
                onClick={() => onChange({ ...value, words: value.words.filter((one) => one !== word) })}
              >
                <Icon name="close" className="size-3.5" />
              </button>
            ) : (
              <span className="w-1.5" />
            )}
          </li>
        ))}
      </ul>
      {canEdit && (
        <div className="mt-2 flex max-w-sm items-start gap-2">
          <div className="min-w-0 flex-1">
            <Field label={label} problem={problem}>
              {(props) => (
                <input
                  {...props}
                  value={value.text}
                  maxLength={64}
                  autoComplete="off"
                  className={inputClass}
                  onChange={({ target }) => onChange({ ...value, text: target.value })}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter') return;
                    event.preventDefault();
                    onAdd();
                  }}
                />
              )}
            </Field>
          </div>
          <Button className="mt-6" aria-label={`${rules.add}: ${label}`} onClick={onAdd}>
            {rules.add}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
