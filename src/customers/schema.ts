/**
 * What a customer is and what each operation takes, as schemas: the same objects validate requests, type the
 * code and make the OpenAPI document. Field names are those of the contract, in SQL, in JSON and here.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { STATUSES } from './statuses.ts';

export const SORTS = ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name'] as const;
export const LIMITS = { contacts: 20, tags: 100, batch: 1000, page_size: 100, references: 1000 } as const;

const optionalText = (maxLength: number, description: string, more: object = {}) =>
  Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength, description, ...more }));
export const nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>(Type.Union([schema, Type.Null()]));
export const nullableText = (description?: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description && { description }) });

export const Uuid = Type.String({ format: 'uuid' });
export const Timestamp = Type.String({ format: 'date-time' });
const Status = Type.Unsafe<(typeof STATUSES)[number]>({ type: 'string', enum: [...STATUSES] });
const FreeForm = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });

const name = optionalText(200, "The person's name.");
const companyName = optionalText(200, 'The company.');
const address = optionalText(500, 'The postal address, on one line.');
const avatar = optionalText(2048, 'The http or https URL of a picture.', { format: 'http-url' });
const email = optionalText(254, 'The primary e-mail address.', { format: 'contact-email' });
const phone = optionalText(100, 'The primary phone number, in any format.');
const source = optionalText(100, 'Where the customer came from; set at creation and kept.');
const tag = Type.String({ minLength: 1, maxLength: 64 });
const tags = Type.Optional(
  Type.Unsafe<string[] | null>({
    type: ['array', 'null'],
    items: tag,
    maxItems: LIMITS.tags,
    description: 'The whole list of tags: it replaces what is there.',
  }),
);
const addedTags = Type.Optional(
  Type.Unsafe<string[] | null>({
    type: ['array', 'null'],
    items: tag,
    maxItems: LIMITS.tags,
    description: 'Tags to add to what is there.',
  }),
);
const freeForm = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      maxBytes: 16_384,
      description,
    }),
  );
const sourceMetadata = freeForm('Facts about the source, such as UTM parameters; up to 16 KiB.');
const customFields = freeForm('Fields of your own; merged key by key; up to 16 KiB.');
const locationId = Type.Optional(
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'uuid',
    description: "The location; the key's own when it has one.",
  }),
);
const status = Type.Optional(
  Type.Unsafe<(typeof STATUSES)[number] | null>({
    enum: [...STATUSES, null],
    description: 'lead, active, inactive or blocked; active when absent.',
  }),
);

const contactInput = {
  type: Type.Unsafe<'email' | 'phone'>({ type: 'string', enum: ['email', 'phone'] }),
  value: Type.String({ minLength: 1, maxLength: 254 }),
  label: optionalText(64, 'Such as mobile, home, accounts.'),
  is_primary: Type.Optional(Type.Boolean()),
  matchable: Type.Optional(
    Type.Boolean({
      description:
        'false for a detail that many share, such as a reception line: it never identifies anyone alone.',
    }),
  ),
};
const emailsAreEmails = {
  additionalProperties: false,
  if: { properties: { type: { const: 'email' } } },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
  then: { properties: { value: { format: 'contact-email' } } },
};
export const ContactInput = Type.Object(contactInput, emailsAreEmails);
const contacts = Type.Optional(
  Type.Unsafe<Static<typeof ContactInput>[] | null>({
    type: ['array', 'null'],
    items: ContactInput,
    maxItems: LIMITS.contacts,
    description: 'Further e-mail addresses and phone numbers.',
  }),
);
const ContactUpdate = Type.Object(
  {
    id: Type.Optional(Uuid),
    ...contactInput,
    // A contact can be sent back as it was read; these two follow from the value.
    raw: Type.Optional(Type.String({ description: 'Read-only: as answered, or left out.' })),
    extension: optionalText(40, 'Read-only: as answered, or left out.'),
  },
  emailsAreEmails,
);
const contactList = Type.Optional(
  Type.Unsafe<Static<typeof ContactUpdate>[] | null>({
    type: ['array', 'null'],
    items: ContactUpdate,
    maxItems: LIMITS.contacts,
    description:
      'The whole list: an item with a known id is changed, one without is added, a missing one is removed.',
  }),
);

export const strict = { additionalProperties: false };

export const UpsertInput = Type.Object(
  {
    name,
    address,
    email,
    phone,
    avatar,
    company_name: companyName,
    added_tags: addedTags,
    tags,
    source,
    location_id: locationId,
    contacts,
    status,
    do_not_update: Type.Optional(
      Type.Unsafe<boolean | null>({
        type: ['boolean', 'null'],
        description: 'Find or create, but leave what is found as it is.',
      }),
    ),
    source_metadata: sourceMetadata,
    custom_fields: customFields,
    on_conflict: Type.Optional(
      Type.Unsafe<'update' | 'fail' | null>({
        enum: ['update', 'fail', null],
        description:
          'When the details belong to two customers: update the preferred one (default) or fail with 409.',
      }),
    ),
  },
  strict,
);
export type UpsertInput = Static<typeof UpsertInput>;

export const CreateInput = Type.Object(
  {
    name,
    address,
    company_name: companyName,
    source,
    status,
    location_id: locationId,
    tags,
    contacts,
    email,
    phone,
    avatar,
    source_metadata: sourceMetadata,
    custom_fields: customFields,
  },
  strict,
);
export type CreateInput = Static<typeof CreateInput>;

export const UpdateInput = Type.Object(
  {
    name,
    address,
    company_name: companyName,
    tags,
    contacts: contactList,
    source,
    source_metadata: sourceMetadata,
    status: Type.Optional(
      Type.Unsafe<(typeof STATUSES)[number]>({
        enum: [...STATUSES],
        description: 'lead, active, inactive or blocked; it cannot be cleared.',
      }),
    ),
    avatar,
    email,
    phone,
    added_tags: addedTags,
    custom_fields: customFields,
  },
  strict,
);
export type UpdateInput = Static<typeof UpdateInput>;

export const Contact = Type.Object({
  id: Uuid,
  type: Type.Unsafe<'email' | 'phone'>({ type: 'string', enum: ['email', 'phone'] }),
  value: Type.String({
    description:
      'E.164 for a phone number, lower case for an e-mail address; as given when a number does not exist.',
  }),
  raw: Type.String({ description: 'The text as it was given.' }),
  extension: nullableText('The extension of a phone number.'),
  label: nullableText(),
  is_primary: Type.Boolean(),
  matchable: Type.Boolean(),
});
export type Contact = Static<typeof Contact>;

export const record = {
  id: Uuid,
  location_id: Uuid,
  name: nullableText(),
  company_name: nullableText(),
  address: nullableText(),
  avatar: nullableText(),
  status: Status,
  email: nullableText('The primary e-mail address.'),
  phone: nullableText('The primary phone number.'),
  contacts: Type.Array(Contact),
  tags: Type.Array(Type.String()),
  source: nullableText(),
  source_metadata: FreeForm,
  custom_fields: FreeForm,
  version: Type.Integer({ minimum: 1 }),
  created_at: Timestamp,
  updated_at: Timestamp,
};
export const Customer = Type.Object(record, { ...strict, title: 'Customer' });
export type Customer = Static<typeof Customer>;

export const Warning = Type.Object(
  { code: Type.String(), field: Type.String(), message: Type.String() },
  strict,
);
export type Warning = Static<typeof Warning>;

/** A created or updated record, with what was noticed about the details given. */
export const WrittenCustomer = Type.Object({ ...record, warnings: Type.Array(Warning) }, strict);
export type WrittenCustomer = Static<typeof WrittenCustomer>;

export const UpsertReport = Type.Object(
  {
    outcome: Type.Unsafe<'created' | 'updated' | 'unchanged' | 'found'>({
      type: 'string',
      enum: ['created', 'updated', 'unchanged', 'found'],
    }),
    matched_on: Type.Array(Type.Unsafe<'phone' | 'email'>({ type: 'string', enum: ['phone', 'email'] })),
    changed: Type.Array(Type.String()),
    conflicts: Type.Array(Type.Object({ field: Type.String(), customer_id: Uuid }, strict)),
    warnings: Type.Array(Warning),
  },
  strict,
);
export type UpsertReport = Static<typeof UpsertReport>;
export const UpsertedCustomer = Type.Object(
  {
    ...record,
    upsert: UpsertReport,
    previously_deleted: Type.Optional(
      Type.Boolean({
        description:
          'true when a deleted customer had one of these details: that one stays deleted, this one is new.',
      }),
    ),
  },
  strict,
);
export type UpsertedCustomer = Static<typeof UpsertedCustomer>;

export const DryRunQuery = Type.Object(
  {
    dry_run: Type.Optional(
      Type.Boolean({ description: 'true: answer what would happen and write nothing.' }),
    ),
  },
  strict,
);
/** Of writes that may be part of an import. */
export const ImportQuery = Type.Object(
  {
    ...DryRunQuery.properties,
    import_id: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'A UUID of your own for the import this is part of: POST /imports/{id}/undo takes all of it back.',
      }),
    ),
  },
  strict,
);
export const NoQuery = Type.Object({}, strict);

export const BatchInput = Type.Object(
  {
    customers: Type.Array(Type.Unsafe<UpsertInput>({ 'x-checked-as': 'UpsertInput' }), {
      minItems: 1,
      maxItems: LIMITS.batch,
      description: 'Upsert bodies, processed in order.',
    }),
  },
  strict,
);
export const FieldError = Type.Object(
  { field: Type.String(), code: Type.String(), message: Type.String() },
  strict,
);
export const BatchResult = Type.Object(
  {
    items: Type.Array(
      Type.Union([
        Type.Object({ status: Type.Literal(200), customer: UpsertedCustomer }, strict),
        Type.Object({
          status: Type.Integer(),
          code: Type.String(),
          message: Type.String(),
          errors: Type.Optional(Type.Array(FieldError)),
        }),
      ]),
    ),
    created: Type.Integer(),
    updated: Type.Integer(),
    unchanged: Type.Integer(),
    found: Type.Integer(),
    failed: Type.Integer(),
  },
  strict,
);

export const ListQuery = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, default: 1 })),
    page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.page_size, default: 20 })),
    q: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          'Any part of a name, company, phone number, e-mail address or tag; several words must all match (those after the twelfth are passed over); a word of one or two letters matches the beginning of a word; one letter may be wrong in a name.',
      }),
    ),
    location_id: Type.Optional(Uuid),
    status: Type.Optional(Status),
    tag: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 20,
        description: 'Repeat it for several: all must match.',
      }),
    ),
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    created_after: Type.Optional(Timestamp),
    created_before: Type.Optional(Timestamp),
    updated_after: Type.Optional(Timestamp),
    sort: Type.Optional(
      Type.Unsafe<(typeof SORTS)[number]>({ type: 'string', enum: [...SORTS], default: '-created_at' }),
    ),
    cursor: Type.Optional(
      Type.String({
        maxLength: 2048,
        description: 'The next_cursor of the page before; the other parameters stay the same.',
      }),
    ),
    as_of: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'The as_of of the first page: page numbers then do not drift while others write.',
      }),
    ),
    deleted: Type.Optional(Type.Boolean({ description: 'true: deleted customers instead of live ones.' })),
    import_id: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'Whom this import made or changed; nobody where there is none.',
      }),
    ),
  },
  strict,
);
export type ListQuery = Static<typeof ListQuery>;

const {
  page: _page,
  page_size: _size,
  sort: _sort,
  cursor: _cursor,
  as_of: _asOf,
  ...FILTERS
} = ListQuery.properties;
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const ExportQuery = Type.Object(
  {
    format: Type.Optional(
      Type.Unsafe<ExportFormat>({
        type: 'string',
        enum: [...EXPORT_FORMATS],
        default: 'csv',
        description: 'ndjson: one record of the API as JSON on each line.',
      }),
    ),
    ...FILTERS,
  },
  strict,
);
export type ExportQuery = Static<typeof ExportQuery>;

export const CustomerPage = Type.Object(
  {
    items: Type.Array(Type.Object({ ...record, deleted_at: Type.Optional(Timestamp) }, strict)),
    page: Type.Integer(),
    page_size: Type.Integer(),
    total: Type.Integer({ description: 'Exact without filters; with filters exact up to 10,000.' }),
    total_pages: Type.Integer(),
    total_is_lower_bound: Type.Boolean(),
    next_cursor: nullableText(),
    as_of: Timestamp,
  },
  strict,
);

export const DeletedCustomer = Type.Object({ id: Uuid, deleted_at: nullable(Timestamp) }, strict);
