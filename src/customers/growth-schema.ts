/** The shape of the growth of a business: what is asked and what is answered. */
import Type, { type Static } from 'typebox';
import { nullableText, strict, Timestamp, Uuid } from './schema.ts';

export const GrowthQuery = Type.Object(
  {
    location_id: Type.Optional(Uuid),
    months: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 24,
        default: 12,
        description: 'So many months, the present one the last.',
      }),
    ),
  },
  strict,
);
export type GrowthQuery = Static<typeof GrowthQuery>;

export const CustomerGrowth = Type.Object(
  {
    months: Type.Array(
      Type.Object(
        {
          month: Type.String({ description: 'Such as `2026-01`.' }),
          total: Type.Integer(),
          sources: Type.Array(
            Type.Object(
              { source: nullableText('null: those without a source.'), count: Type.Integer() },
              strict,
            ),
            {
              description: 'Those that somebody came from, in one order for all months: the commonest first.',
            },
          ),
          other: Type.Integer({
            description: 'From all other sources, beyond the 8 commonest of these months.',
          }),
        },
        strict,
      ),
      { description: 'Oldest first, none left out.' },
    ),
    timezone: Type.String({
      description: 'Whose months these are: that of the location, or of the first one.',
    }),
    as_of: Timestamp,
  },
  { ...strict, title: 'CustomerGrowth' },
);
export type CustomerGrowth = Static<typeof CustomerGrowth>;
