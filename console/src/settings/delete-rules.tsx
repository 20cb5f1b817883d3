/** The delete rules of the business, each with an example of what it does. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, type Customer, type DeleteRules } from '../api.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { tell } from '../ui/notice.tsx';
import { Field, FormProblem, problemOf } from './field.tsx';
import { Section } from './section.tsx';
import { rulesQuery } from './settings-query.ts';
import { taken, WordList, type Words } from './word-list.tsx';

const words = strings.settings.rules;
const STATUSES = Object.keys(strings.status) as Customer['status'][];
const MOST_DAYS = 3650;
const isKind = (kind: string) => /^[a-z0-9_.-]{1,64}$/.test(kind);
const daysOf = (text: string): number | null => {
  const days = Number(text);
  return text.trim() !== '' && Number.isInteger(days) && days >= 0 && days <= MOST_DAYS ? days : null;
};

export function DeleteRulesForm({ rules }: { rules: DeleteRules }) {
  const session = useSession();
  const queries = useQueryClient();
  const canEdit = session.key.location_id === null;
  const [days, setDays] = useState(String(rules.retention_days));
  const [statuses, setStatuses] = useState(rules.protected_statuses);
  const [tags, setTags] = useState<Words>({ words: rules.protected_tags, text: '' });
  const [kinds, setKinds] = useState<Words>({ words: rules.soft_reference_kinds, text: '' });
  const [problems, setProblems] = useState<{ days?: string; kinds?: string }>({});
  const save = useMutation({
    mutationFn: async (change: Partial<DeleteRules>) =>
      await bodyOf(api.PUT('/api/v2/delete-rules', { body: change })),
    onSuccess: (saved) => {
      queries.setQueryData(rulesQuery.queryKey, saved);
      setDays(String(saved.retention_days));
      setStatuses(saved.protected_statuses);
      setTags({ words: saved.protected_tags, text: '' });
      setKinds({ words: saved.soft_reference_kinds, text: '' });
      tell({ text: words.saved });
    },
  });
  const kindProblem = () => (kinds.text.trim() && !isKind(kinds.text.trim()) ? words.kindWrong : null);
  const addKind = () => {
    const problem = kindProblem();
    setProblems({ ...problems, kinds: problem ?? '' });
    if (!problem) setKinds({ words: taken(kinds), text: '' });
  };
  const submit = (form: HTMLFormElement) => {
    const wanted = daysOf(days);
    const wrongKind = kindProblem();
    setProblems({ ...(wanted === null && { days: words.retentionWrong }), kinds: wrongKind ?? '' });
    if (wanted === null) form.querySelector<HTMLInputElement>('[name=days]')?.focus();
    if (wanted === null || wrongKind) return;
    const next: DeleteRules = {
      retention_days: wanted,
      protected_statuses: statuses,
      protected_tags: taken(tags),
      soft_reference_kinds: taken(kinds),
    };
    // Only what was changed here: somebody else may be changing the rest.
    const changed = Object.entries(next).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(rules[name as keyof DeleteRules]),
    );
    save.mutate(Object.fromEntries(changed) as Partial<DeleteRules>);
  };
  const shownDays = daysOf(days) ?? rules.retention_days;
  return (
    <Section id="delete-rules" title={words.title} lead={words.lead}>
      <form
        noValidate
        className="mt-5 flex flex-col gap-6"
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <Field
          label={words.retention}
          hint={words.retentionExample(shownDays)}
          problem={problems.days ?? problemOf(save.error, 'retention_days')}
        >
          {(props) => (
            <div className="w-28">
              <input
                {...props}
                name="days"
                inputMode="numeric"
                autoComplete="off"
                value={days}
                readOnly={!canEdit}
                className={`numeric ${inputClass}`}
                onChange={({ target }) => setDays(target.value)}
              />
            </div>
          )}
        </Field>
        <fieldset disabled={!canEdit}>
          <legend className="font-medium">{words.statuses}</legend>
          <p className="mt-1 max-w-2xl text-sm text-muted text-pretty">
            {words.statusesExample(strings.status[statuses[0] ?? 'active'])}
          </p>
          <div className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
            {STATUSES.map((status) => (
              <label key={status} className="flex min-h-9 items-center gap-2">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={statuses.includes(status)}
                  onChange={({ target }) =>
                    setStatuses(
                      STATUSES.filter((one) => (one === status ? target.checked : statuses.includes(one))),
                    )
                  }
                />
                {strings.status[status]}
              </label>
            ))}
          </div>
        </fieldset>
        <WordList
          title={words.tags}
          label={words.addTag}
          example={words.tagsExample(tags.words[0] ?? 'vip')}
          problem={null}
          value={tags}
          canEdit={canEdit}
          onChange={setTags}
          onAdd={() => setTags({ words: taken(tags), text: '' })}
        />
        <WordList
          title={words.kinds}
          label={words.addKind}
          example={words.kindsExample(kinds.words[0] ?? 'enquiry')}
          problem={problems.kinds || null}
          value={kinds}
          canEdit={canEdit}
          onChange={setKinds}
          onAdd={addKind}
        />
        <FormProblem error={save.error} fields={['retention_days']} />
        {canEdit && (
          <div>
            <Button type="submit" weight="primary" disabled={save.isPending}>
              {words.save}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}
