/** What the operations of life.ts take and answer, as schemas: merge, references, holds, history, the feed, undo. */
import Type, { type Static } from 'typebox';
import { EVENT_TYPES } from './record.ts';
import { FieldError, nullable, nullableText, record, strict, Timestamp, Uuid } from './schema.ts';

export const ForceQuery = Type.Object(
  {
    dry_run: Type.Optional(
      Type.Boolean({ description: 'true: answer what would happen and write nothing.' }),
    ),
    force: Type.Optional(
      Type.Boolean({
        description: 'true: open references of kinds that the delete rules call soft do not block.',
      }),
    ),
  },
  strict,
);

export const AtQuery = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        format: 'time-or-event',
        description:
          'Answers the record as it was at this time (to the millisecond), or, with the id of an event, right after it: several events can be of one millisecond.',
      }),
    ),
  },
  strict,
);

const TakenContact = Type.Object(
  {
    type: Type.Unsafe<'email' | 'phone'>({ type: 'string', enum: ['email', 'phone'] }),
    value: Type.String(),
    customer_id: Uuid,
  },
  strict,
);
const contactsTaken = Type.Array(TakenContact, {
  description: 'Contacts that did not come back: each belongs to the customer named by now.',
});

export const RestoredCustomer = Type.Object({ ...record, contacts_taken: contactsTaken }, strict);

export const ErasedCustomer = Type.Object({ id: Uuid, erased_at: Timestamp }, strict);

export const MergeInput = Type.Object(
  { from: Type.String({ format: 'uuid', description: 'The customer that is merged into this one.' }) },
  strict,
);
const anything = Type.Unsafe<unknown>({});
export const MergedCustomer = Type.Object(
  {
    ...record,
    merged: Uuid,
    gave_way: Type.Array(Type.Object({ field: Type.String(), kept: anything, gave_way: anything }, strict), {
      description: 'Where both had a value: the survivor kept its own. The other stands in the history.',
    }),
  },
  strict,
);
export const UnmergedCustomers = Type.Object(
  {
    ...record,
    restored: Type.Object(record, { ...strict, description: 'The customer that is its own again.' }),
    kept: Type.Array(FieldError, {
      description: 'What was edited since the merge: it stays with the survivor as it is.',
    }),
    contacts_taken: contactsTaken,
  },
  strict,
);

export const referenceParams = Type.Object({
  id: Type.String({ description: 'The id of the customer.' }),
  kind: Type.String({
    format: 'reference-kind',
    description: 'What it is: enquiry, booking, invoice, payment, …',
  }),
  ref: Type.String({ minLength: 1, maxLength: 128, description: 'Its id in the other system.' }),
});
const State = Type.Unsafe<'open' | 'closed'>({ type: 'string', enum: ['open', 'closed'] });
export const ReferenceInput = Type.Object({ state: State }, strict);
export const Reference = Type.Object({ kind: Type.String(), ref: Type.String(), state: State }, strict);
const version = Type.Integer({ description: 'The version of the customer, as the ETag gives it.' });
export const WrittenReference = Type.Object({ ...Reference.properties, version }, strict);
export const RemovedReference = Type.Object(
  { kind: Type.String(), ref: Type.String(), state: Type.Null(), version },
  strict,
);
export const ReferenceList = Type.Object({ items: Type.Array(Reference), next_cursor: Type.Null() }, strict);

export const HoldInput = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why the record must be kept.' }) },
  strict,
);
export const Hold = Type.Object(
  { id: Uuid, legal_hold: nullableText('Why; null when there is no hold.'), version },
  strict,
);

const Actor = Type.Object({ type: Type.String(), id: nullableText(), name: nullableText() }, strict);
export const Event = Type.Object(
  {
    id: Uuid,
    customer_id: Uuid,
    location_id: Uuid,
    type: Type.Unsafe<(typeof EVENT_TYPES)[number]>({ type: 'string', enum: [...EVENT_TYPES] }),
    actor: Actor,
    at: Timestamp,
    version: Type.Integer(),
    changes: Type.Unsafe<Record<string, { before: unknown; after: unknown }>>({
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { before: {}, after: {} },
        required: ['before', 'after'],
      },
      description: 'Each field that changed, before and after. Empty once the customer was erased.',
    }),
    context: Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      description: 'What came with the write and is kept in history only: source, from, into, undo_of.',
    }),
    import_id: nullable(Uuid),
  },
  strict,
);
export const EventPage = Type.Object({ items: Type.Array(Event), next_cursor: nullableText() }, strict);
export const EventsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Uuid),
  },
  strict,
);

export const FeedQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        maxLength: 512,
        description:
          'The next_cursor of the page before; `latest` starts now; absent starts at the beginning.',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    wait: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 25, default: 0, description: 'Seconds to wait for an event.' }),
    ),
  },
  strict,
);
export type FeedQuery = Static<typeof FeedQuery>;
export const Feed = Type.Object(
  {
    items: Type.Array(Event),
    next_cursor: Type.String({ description: 'Give it back as `after` to go on; it never runs out.' }),
  },
  strict,
);

export const UndoQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 512 })) }, strict);
export const UndoResult = Type.Object(
  {
    restored: Type.Integer({ description: 'Records put back as they were.' }),
    deleted: Type.Integer({ description: 'Records that the import had made.' }),
    undone_before: Type.Integer(),
    skipped: Type.Array(
      Type.Object(
        {
          customer_id: Uuid,
          reason: Type.Unsafe<string>({
            type: 'string',
            enum: ['edited_since', 'deleted_since', 'merged_since', 'delete_blocked'],
          }),
        },
        strict,
      ),
    ),
    next_cursor: nullableText('There is more: call again with it.'),
  },
  strict,
);

export const ImportsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
    location_id: Type.Optional(Uuid),
  },
  strict,
);
export const Import = Type.Object(
  {
    id: Uuid,
    started_at: Timestamp,
    ended_at: Type.String({ format: 'date-time', description: 'Its last write so far.' }),
    actor: Actor,
    created: Type.Integer({ description: 'Customers it made.' }),
    updated: Type.Integer({
      description: 'Changes it made to customers: one may have been changed more than once.',
    }),
    undone: Type.Integer({ description: 'Customers that were put back: deleted again, or as they were.' }),
    undone_at: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When something of it was last put back.',
    }),
  },
  { ...strict, title: 'Import' },
);
export type Import = Static<typeof Import>;
export const ImportPage = Type.Object({ items: Type.Array(Import), next_cursor: nullableText() }, strict);

export const DuplicatesQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
    customer_id: Type.Optional(
      Type.String({ format: 'uuid', description: 'Only pairs with this customer.' }),
    ),
    location_id: Type.Optional(Uuid),
    dismissed: Type.Optional(
      Type.Boolean({ description: 'true: those that were dismissed, the last one first.' }),
    ),
  },
  strict,
);
export const Duplicate = Type.Object(
  {
    id: Uuid,
    customer_ids: Type.Array(Uuid, { minItems: 2, maxItems: 2 }),
    score: Type.Number({ minimum: 0, maximum: 1, description: 'How likely the two are one person.' }),
    reasons: Type.Array(Type.String()),
    dismissed_at: Type.Optional(Timestamp),
  },
  strict,
);
const HeldCustomer = Type.Object(
  {
    ...record,
    deleted_at: nullable(Timestamp),
    merged_into: nullable(Uuid),
    legal_hold: nullableText('Why it must be kept; null when nothing asks for it.'),
  },
  strict,
);
export const SubjectExportQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({ format: 'uuid', description: 'The next_cursor of the answer before: older history.' }),
    ),
  },
  strict,
);
export const SubjectExport = Type.Object(
  {
    id: Uuid,
    customer: HeldCustomer,
    merged: Type.Array(HeldCustomer, { description: 'Records that were merged into it.' }),
    references: Type.Array(
      Type.Object({ customer_id: Uuid, kind: Type.String(), ref: Type.String(), state: State }, strict),
    ),
    possible_duplicates: Type.Array(Duplicate, {
      description: 'All of them: those that are open, the likeliest first, then those that were dismissed.',
    }),
    history: Type.Array(Event, { description: 'Newest first, up to 1,000 events an answer.' }),
    next_cursor: nullableText('There is older history: call again with it.'),
  },
  strict,
);
export const DuplicatePage = Type.Object(
  { items: Type.Array(Duplicate), next_cursor: nullableText() },
  strict,
);
export const DismissedDuplicate = Type.Object({ id: Uuid, dismissed_at: Timestamp }, strict);
export const ReopenedDuplicate = Type.Object({ id: Uuid, dismissed_at: Type.Null() }, strict);
