/** The column headings of the world, and which field each means. A heading that is not here is a custom field. */

import { EXPORT_COLUMNS } from '../customers/export.ts';

/** What a column of a file may become. */
export const FIELDS = [
  'name',
  'first_name',
  'last_name',
  'company_name',
  'address',
  'email',
  'phone',
  'tags',
  'status',
  'source',
  'avatar',
  'contacts',
  'location_id',
  'source_metadata',
  'all_custom_fields',
  'custom_fields',
  'ignore',
] as const;
export type Field = (typeof FIELDS)[number];

export interface Heading {
  field: Field;
  /** Its place among the parts of an address or a name; parts of one rank keep the order of the file. */
  rank: number;
  /** What kind of contact detail it is, said of the second and further ones. */
  label: string | null;
}

/** The two columns that a file of failures has in front, so that it can be mended and imported as it is. */
export const FAILURE_COLUMNS = ['import_row', 'import_reason'] as const;

/** True for a file that an import wrote. */
export const isFailuresFile = (headers: string[]): boolean =>
  FAILURE_COLUMNS.every((name, i) => headers[i] === name);

/** True for a file that an export wrote, or what an import of it has left. */
export function isExportFile(headers: string[]): boolean {
  const own = isFailuresFile(headers) ? headers.slice(FAILURE_COLUMNS.length) : headers;
  return EXPORT_COLUMNS.every((name, i) => own[i] === name);
}

/** What the columns of an exported file are, beside those whose heading says so to everybody. */
const EXPORTED: Record<string, Field> = {
  customer_id: 'ignore',
  location_id: 'location_id',
  contacts: 'contacts',
  custom_fields: 'all_custom_fields',
  source_metadata: 'source_metadata',
  created_at: 'ignore',
  updated_at: 'ignore',
};

/** What a heading of an exported file means; null for those that mean everywhere the same. */
export const recogniseExported = (header: string): Heading | null =>
  EXPORTED[header] ? heading(EXPORTED[header]) : null;

const heading = (field: Field, rank = 0, label: string | null = null): Heading => ({ field, rank, label });

/** Headings as `fold` leaves them: `Phone 1`, `phone_1` and `PHONE` are all `phone`. */
const HEADINGS: [Heading, string][] = [
  [
    heading('name'),
    'name fullname customer customername client clientname contactname contactperson displayname person',
  ],
  [heading('first_name'), 'firstname givenname forename givennames forenames first'],
  [heading('first_name', 1), 'middlename middleinitial additionalname'],
  [heading('last_name'), 'lastname surname familyname last secondname'],
  [
    heading('company_name'),
    'company companyname organisation organization organisationname organizationname business businessname account accountname employer firm tradingname',
  ],
  [heading('address', 0), 'streetnumber housenumber unit unitnumber'],
  [
    heading('address', 1),
    'address fulladdress street streetaddress streetname addressline addr postaladdress mailingaddress mailingstreet homeaddress physicaladdress',
  ],
  [heading('address', 2), 'suburb locality district neighbourhood neighborhood'],
  [heading('address', 3), 'city town citytown suburbtown towncity mailingcity'],
  [heading('address', 4), 'state province stateprovince region county territory mailingstate stateterritory'],
  [
    heading('address', 5),
    'postcode postalcode zip zipcode postcodezip zippostalcode zippostcode mailingpostcode mailingzip pcode',
  ],
  [heading('address', 6), 'country countryname mailingcountry countryregion'],
  [
    heading('email'),
    'email emailaddress mail emails emailvalue primaryemail mainemail contactemail customeremail',
  ],
  [heading('email', 0, 'work'), 'workemail businessemail companyemail'],
  [heading('email', 0, 'home'), 'homeemail personalemail'],
  [heading('email', 0, 'other'), 'secondaryemail alternateemail alternativeemail otheremail'],
  [
    heading('phone'),
    'phone telephone tel phonenumber phoneno telephonenumber telno phones phonevalue primaryphone mainphone contactphone contactnumber customerphone telephoneno',
  ],
  [
    heading('phone', 0, 'mobile'),
    'mobile cell mobilephone cellphone mobilenumber cellnumber mobileno cellular',
  ],
  [heading('phone', 0, 'home'), 'homephone homenumber phonehome hometelephone'],
  [heading('phone', 0, 'work'), 'workphone worknumber businessphone officephone phonework companyphone'],
  [heading('phone', 0, 'other'), 'otherphone secondaryphone alternatephone alternativephone'],
  [heading('tags'), 'tags tag labels label'],
  [heading('status'), 'status customerstatus contactstatus'],
  [heading('source'), 'source leadsource customersource contactsource'],
  [heading('avatar'), 'avatar avatarurl photo photourl picture pictureurl profilepicture image imageurl'],
  [heading('ignore'), 'importrow importreason'],
];

const BY_NAME = new Map(
  HEADINGS.flatMap(([meaning, names]) => names.split(' ').map((name): [string, Heading] => [name, meaning])),
);

/** A heading without what does not tell two apart: case, spaces, punctuation, a byte order mark, numbers. */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');

/** What a heading means by itself; null for one that nobody agreed on. */
export const recognise = (text: string): Heading | null => BY_NAME.get(fold(text)) ?? null;
