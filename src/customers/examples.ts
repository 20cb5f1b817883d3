/** One customer's story, as the documentation tells it; the tests send these bodies and check these answers. */

const id = '019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10';
const location_id = '019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b';

export const upsert = {
  name: 'Mikayla Malloney',
  email: 'mikayla@example.com',
  phone: '0412 345 678',
  address: '1 High St, Dapto NSW 2530',
  added_tags: ['vip'],
  source: 'website',
  source_metadata: { utm_campaign: 'spring' },
};

export const customer = {
  id,
  location_id,
  name: 'Mikayla Malloney',
  company_name: null,
  address: '1 High St, Dapto NSW 2530',
  avatar: null,
  status: 'active',
  email: 'mikayla@example.com',
  phone: '+61412345678',
  contacts: [
    {
      id: '019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11',
      type: 'email',
      value: 'mikayla@example.com',
      raw: 'mikayla@example.com',
      extension: null,
      label: null,
      is_primary: true,
      matchable: true,
    },
    {
      id: '019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12',
      type: 'phone',
      value: '+61412345678',
      raw: '0412 345 678',
      extension: null,
      label: null,
      is_primary: true,
      matchable: true,
    },
  ],
  tags: ['vip'],
  source: 'website',
  source_metadata: { utm_campaign: 'spring' },
  custom_fields: {},
  version: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
};

export const upserted = {
  ...customer,
  upsert: { outcome: 'created', matched_on: [], changed: [], conflicts: [], warnings: [] },
};

export const page = {
  items: [customer],
  page: 1,
  page_size: 20,
  total: 1,
  total_pages: 1,
  total_is_lower_bound: false,
  next_cursor: null,
  as_of: '2026-01-01T00:00:00.000Z',
};

export const create = {
  name: 'Harbour Clinic',
  company_name: 'Harbour Clinic Pty Ltd',
  phone: '(02) 9374 4000',
  status: 'lead',
  tags: ['clinic'],
};

export const created = {
  ...customer,
  name: 'Harbour Clinic',
  company_name: 'Harbour Clinic Pty Ltd',
  address: null,
  status: 'lead',
  email: null,
  phone: '+61293744000',
  contacts: [
    {
      id: '019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b13',
      type: 'phone',
      value: '+61293744000',
      raw: '(02) 9374 4000',
      extension: null,
      label: null,
      is_primary: true,
      matchable: true,
    },
  ],
  tags: ['clinic'],
  source: null,
  source_metadata: {},
  warnings: [],
};

export const update = { company_name: 'Malloney Interiors', tags: ['vip', 'trade'] };

export const updated = {
  ...customer,
  company_name: 'Malloney Interiors',
  tags: ['vip', 'trade'],
  version: 2,
  warnings: [],
};

export const growth = {
  months: [
    { month: '2025-10', total: 2, sources: [{ source: null, count: 2 }], other: 0 },
    {
      month: '2025-11',
      total: 15,
      sources: [
        { source: 'website', count: 9 },
        { source: 'walk-in', count: 3 },
      ],
      other: 3,
    },
  ],
  timezone: 'Australia/Sydney',
  as_of: '2025-11-10T10:15:30.000Z',
};
