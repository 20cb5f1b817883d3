/** The two records of a pair as a table: a row a field, what differs marked, what the merge makes of it beside. */
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode, useId } from 'react';
import type { Contact, Customer } from '../api.ts';
import { formatDay, nameOf, useFormatPhone } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import {
  type Choices,
  type Choosable,
  contactsOf,
  type Difference,
  differenceOfList,
  fieldRows,
  freeRows,
  type Listed,
  otherSide,
  type Pair,
  type Reference,
  referencesOf,
  type Side,
  tagsOf,
  wordsOf,
} from './compare.ts';

const words = strings.duplicates;
const SIDES: readonly Side[] = ['a', 'b'];
const LETTERS: Pair<string> = { a: 'A', b: 'B' };

/** What a person has decided so far, and what the merge would make of it. */
export interface Plan {
  survivor: Side;
  /** Why this one was proposed; null once somebody chose the other. */
  because: 'contacts' | 'older' | null;
  choices: Choices;
  /** The record after the merge; null until it is known. */
  result: Customer | null;
  setSurvivor(side: Side): void;
  choose(field: Choosable, side: Side): void;
}

export function Comparison({
  records,
  references,
  plan,
}: {
  records: Pair<Customer>;
  /** Null until they are known. */
  references: Pair<Reference[]> | null;
  /** Null for who may only look. */
  plan: Plan | null;
}) {
  const { country } = useSession();
  const formatPhone = useFormatPhone();
  const written = ({ type, value, extension, label }: Contact) =>
    [
      type === 'phone' ? (formatPhone?.(value, country(records.a.location_id)) ?? '\u00a0') : value,
      extension && `× ${extension}`,
      label && `(${label})`,
    ]
      .filter(Boolean)
      .join(' ');
  const inWords = (field: Choosable, value: string | null) =>
    field === 'status' && value ? strings.status[value as Customer['status']] : value;
  const contacts = contactsOf(records);
  const tags = tagsOf(records);
  const united = references && referencesOf(references);
  const result = plan?.result ?? null;
  return (
    <table className="w-full border-collapse text-left max-md:block md:table-fixed">
      <caption className="sr-only">{words.caption}</caption>
      <thead className="max-md:block">
        <tr className="max-md:grid max-md:grid-cols-2 max-md:gap-x-3">
          <td className="w-36 max-md:hidden" />
          {SIDES.map((side) => (
            <th key={side} scope="col" className="p-2 align-top font-normal max-md:px-0">
              <RecordHead record={records[side]} side={side} plan={plan} />
            </th>
          ))}
          {plan && (
            <th scope="col" className="w-[26%] p-2 align-top font-semibold max-md:hidden">
              {words.after}
            </th>
          )}
        </tr>
      </thead>
      <tbody className="max-md:block">
        {fieldRows(records).map(({ field, values, difference }) => {
          const wins = plan && (plan.choices[field] ?? plan.survivor);
          return (
            <Row
              key={field}
              label={strings.customer.fields[field]}
              difference={difference}
              cells={(side, labelId) =>
                plan && difference === 'differs' ? (
                  <Choice
                    name={field}
                    labelId={labelId}
                    isChosen={wins === side}
                    onChoose={() => plan.choose(field, side)}
                  >
                    <Marked
                      text={inWords(field, values[side])!}
                      other={inWords(field, values[otherSide(side)])}
                    />
                  </Choice>
                ) : (
                  <Value text={inWords(field, values[side])} />
                )
              }
              after={
                plan &&
                (result ? (
                  <Value text={inWords(field, difference === 'differs' ? values[wins!] : result[field])} />
                ) : (
                  <Waiting />
                ))
              }
            />
          );
        })}
        <ListRow
          label={strings.customer.contacts}
          items={contacts}
          show={written}
          after={plan && (result ? result.contacts.map((one) => written(one)) : null)}
          hasAfter={plan !== null}
        />
        {tags.length > 0 && (
          <ListRow
            label={strings.customer.tags}
            items={tags}
            show={(tag) => tag}
            after={plan && (result?.tags ?? null)}
            hasAfter={plan !== null}
          />
        )}
        {united && united.length > 0 && (
          <ListRow
            label={words.references}
            items={united}
            show={referenceWords}
            after={plan && (result ? united.map(stateAfter).map(referenceWords) : null)}
            hasAfter={plan !== null}
          />
        )}
        {(['custom_fields', 'source_metadata'] as const).map((field) => (
          <Fragment key={field}>
            {freeRows(records, field).map(({ name, values, difference }) => (
              <Row
                key={name}
                label={words.free[field](name)}
                difference={difference}
                cells={(side) => <Value text={asText(values[side])} />}
                after={plan && (result ? <Value text={asText(result[field][name])} /> : <Waiting />)}
              />
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

const referenceWords = ({ kind, ref, state }: Reference) => words.reference(kind, ref, state);
/** As the merge unites them: open when either is. */
const stateAfter = ({ of: { a, b } }: Listed<Reference>): Reference =>
  a?.state === 'open' ? a : b?.state === 'open' ? b : (a ?? b)!;
const asText = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** Who it is, since when, and whether this record stays. */
function RecordHead({ record, side, plan }: { record: Customer; side: Side; plan: Plan | null }) {
  const { locationOf } = useSession();
  const location = locationOf(record.location_id);
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-baseline gap-2">
        <span className="rounded-md bg-sunken px-1.5 font-mono text-sm text-muted">{LETTERS[side]}</span>
        <Link
          to="/customers/$id"
          params={{ id: record.id }}
          className="min-w-0 font-semibold text-accent break-words hover:underline"
        >
          {nameOf(record)}
        </Link>
      </span>
      <span className="numeric text-sm text-muted">
        {words.added(formatDay(record.created_at, location?.timezone))}
      </span>
      {plan && (
        <label className="flex min-h-9 items-start gap-2 py-1.5 text-sm">
          <input
            type="radio"
            name="survivor"
            className="mt-0.5 size-4 shrink-0 accent-accent"
            checked={plan.survivor === side}
            onChange={() => plan.setSurvivor(side)}
          />
          <span>
            {words.stays(LETTERS[side])}
            {plan.because && plan.survivor === side && (
              <span className="block text-muted">{words.because[plan.because]}</span>
            )}
          </span>
        </label>
      )}
    </div>
  );
}

function Row({
  label,
  difference,
  cells,
  after,
}: {
  label: string;
  difference: Difference;
  cells: (side: Side, labelId: string) => ReactNode;
  after: ReactNode;
}) {
  const id = useId();
  return (
    <tr className="border-t border-line max-md:grid max-md:grid-cols-2 max-md:gap-x-3 max-md:py-2">
      <th scope="row" className="p-2 pl-0 align-top font-normal max-md:col-span-2 max-md:py-1">
        <span className="flex flex-col items-start gap-x-3 max-md:flex-row max-md:items-baseline">
          <span id={id} className="text-sm text-muted break-words">
            {label}
          </span>
          <DifferenceMark difference={difference} />
        </span>
      </th>
      {SIDES.map((side) => (
        <td key={side} className="min-w-0 p-2 align-top break-words max-md:p-0 max-md:py-1">
          <span className="sr-only md:hidden">{LETTERS[side]}: </span>
          {cells(side, id)}
        </td>
      ))}
      {after && (
        <td className="min-w-0 p-2 align-top break-words max-md:col-span-2 max-md:flex max-md:gap-2 max-md:px-0 max-md:py-1">
          <span className="shrink-0 text-sm text-muted md:hidden">{words.after}:</span>
          {after}
        </td>
      )}
    </tr>
  );
}

const MARKS: Record<Difference, { sign: string; className: string }> = {
  differs: { sign: '≠', className: 'font-semibold text-warn' },
  one: { sign: '+', className: 'text-accent' },
  same: { sign: '=', className: 'text-muted' },
};

/** A sign and a word: never by colour alone. */
function DifferenceMark({ difference }: { difference: Difference }) {
  const { sign, className } = MARKS[difference];
  return (
    <span className={`text-sm whitespace-nowrap ${className}`}>
      <span aria-hidden="true">{sign}</span> {words.difference[difference]}
    </span>
  );
}

function Choice({
  name,
  labelId,
  isChosen,
  onChoose,
  children,
}: {
  name: string;
  labelId: string;
  isChosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <label className="-my-1 flex min-h-9 items-start gap-2 rounded-lg border border-line px-2 py-1.5 has-checked:border-accent has-checked:bg-accent-soft">
      <input
        type="radio"
        name={name}
        aria-labelledby={`${labelId} ${id}`}
        className="mt-1 size-4 shrink-0 accent-accent"
        checked={isChosen}
        onChange={onChoose}
      />
      <span id={id} className="min-w-0 break-words">
        {children}
      </span>
    </label>
  );
}

/** A text whose words that the other lacks are underlined. */
function Marked({ text, other }: { text: string; other: string | null }) {
  return wordsOf(text, other).map(({ word, isOwn }, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words of one text, which may come twice
    <Fragment key={i}>
      {i > 0 && ' '}
      {isOwn ? (
        <mark className="bg-transparent font-semibold text-inherit underline decoration-warn decoration-2 underline-offset-4">
          {word}
        </mark>
      ) : (
        word
      )}
    </Fragment>
  ));
}

function Value({ text }: { text: string | null | undefined }) {
  return text ? (
    <span className="min-w-0 break-words">{text}</span>
  ) : (
    <span className="text-muted">
      <span aria-hidden="true">{strings.none}</span>
      <span className="sr-only">{words.blank}</span>
    </span>
  );
}

const Waiting = () => <span className="skeleton inline-block h-4 w-24 max-w-full align-middle" />;

/** Contacts, tags and references: each thing of either, and all of them after the merge. */
function ListRow<T>({
  label,
  items,
  show,
  after,
  hasAfter,
}: {
  label: string;
  items: Listed<T>[];
  show: (one: T) => string;
  after: string[] | null;
  hasAfter: boolean;
}) {
  return (
    <Row
      label={label}
      difference={differenceOfList(items)}
      cells={(side) => {
        const own = items.filter(({ of }) => side in of);
        return own.length === 0 ? (
          <Value text={null} />
        ) : (
          <ul>
            {own.map(({ key, of }) => {
              const isBoth = otherSide(side) in of;
              return (
                <li key={key} className="numeric flex gap-1.5 break-all">
                  <span aria-hidden="true" className={isBoth ? 'text-muted' : 'text-accent'}>
                    {isBoth ? MARKS.same.sign : MARKS.one.sign}
                  </span>
                  <span className="sr-only">{isBoth ? words.onBoth : words.onlyHere}</span>
                  <span className={`min-w-0 ${isBoth ? '' : 'font-semibold'}`}>{show(of[side]!)}</span>
                </li>
              );
            })}
          </ul>
        );
      }}
      after={
        hasAfter &&
        (after === null ? (
          <Waiting />
        ) : (
          <ul className="min-w-0">
            {after.map((one) => (
              <li key={one} className="numeric break-all">
                {one}
              </li>
            ))}
          </ul>
        ))
      }
    />
  );
}
