/** What a customer may be. Apart from the schemas, so that the console's importer reads it without them. */
export const STATUSES = ['lead', 'active', 'inactive', 'blocked'] as const;
