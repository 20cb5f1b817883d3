/** Row 10 of the upsert decision table: whatever another location knows of a contact, nothing of it counts here. */
import { expect } from 'vitest';
import type { TestBusiness } from '../harness.ts';
import { type Case, MOBILE, upsert, type World } from './upsert-case.ts';

/** Keys of two locations of one business, here and there. */
async function apart(world: World): Promise<{ here: TestBusiness; there: TestBusiness }> {
  const location_id = await world.addLocation();
  const scopes = ['customers:read', 'customers:write', 'customers:delete'] as const;
  const [here, there] = await Promise.all(
    [world.locationId, location_id].map(async (one) => ({
      ...world,
      ...(await world.addKey({ location_id: one, scopes: [...scopes] })),
    })),
  );
  return { here: here!, there: there! };
}

const SHARED = '1300 123 456';

export const knownElsewhere: Case[] = [
  {
    promise: 'nor is one who was deleted there',
    async check(world) {
      const { here, there } = await apart(world);
      const { id } = await upsert(there, { phone: MOBILE });
      expect((await there.send('DELETE', `/customers/${id}`)).status).toBe(200);
      const made = await upsert(here, { phone: MOBILE });
      expect(made.upsert.outcome).toBe('created');
      expect(made.previously_deleted).toBeUndefined();
      // There it is known, so that the case is one.
      expect((await upsert(there, { phone: MOBILE })).previously_deleted).toBe(true);
    },
  },
  {
    promise: 'a line that is shared there identifies its owner here',
    async check(world) {
      const { here, there } = await apart(world);
      const contacts = [{ type: 'phone', value: MOBILE, matchable: false }];
      await upsert(there, { name: 'Desk', email: 'desk@clientele.test', contacts });
      const made = await upsert(here, { name: 'Ann', phone: MOBILE });
      expect(made).toMatchObject({ upsert: { outcome: 'created' }, contacts: [{ matchable: true }] });
      expect((await upsert(here, { name: 'Bea', phone: MOBILE })).id).toBe(made.id);
      // There it is shared, so that the case is one.
      const another = await upsert(there, { name: 'Cem', phone: MOBILE });
      expect(another).toMatchObject({ upsert: { outcome: 'created' }, contacts: [{ matchable: false }] });
    },
  },
  {
    promise: 'the namesake who shares a number there is somebody else',
    async check(world) {
      const { here, there } = await apart(world);
      const known = await upsert(there, { name: 'Ann', phone: SHARED });
      const made = await upsert(here, { name: 'Ann', phone: SHARED });
      expect(made.upsert.outcome).toBe('created');
      expect(made.id).not.toBe(known.id);
      expect((await upsert(there, { name: 'Ann', phone: SHARED })).id).toBe(known.id);
    },
  },
];
