/** The commands that the model tests send, as data: which request, about whom, with what. */
import fc from 'fast-check';
import type { Answer, Send } from '../harness.ts';
import type { Details, Expected, Model } from './model.ts';

export const PHONES = [1, 2, 3, 4, 5].map((n) => `+6141200000${n}`);
export const EMAILS = [1, 2, 3, 4].map((n) => `person${n}@clientele.test`);
const IMPORTS = [1, 2].map((n) => `0190d3c1-7a4e-7cc3-98c4-00000000000${n}`);

/** A record is named by its place among those made so far. */
export type Command =
  | { do: 'create'; details: Details }
  | { do: 'upsert'; details: Details; keep: boolean; fail: boolean; import: number | null }
  | {
      do: 'update';
      who: number;
      change: { name?: string | null; phone?: string | null; email?: string | null };
    }
  | { do: 'delete' | 'restore' | 'erase'; who: number }
  | { do: 'merge' | 'unmerge'; who: number; from: number }
  | { do: 'reference'; who: number; ref: string; state: 'open' | 'closed' }
  | { do: 'undo'; import: number };

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const details: fc.Arbitrary<Details> = fc.record({
  name: maybe(fc.constantFrom('Ann', 'Bea', 'Cem')),
  phone: maybe(fc.constantFrom(...PHONES)),
  email: maybe(fc.constantFrom(...EMAILS)),
  added_tags: maybe(fc.subarray(['a', 'b', 'c'])),
});
const who = fc.nat(20);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => maybe(fc.option(arbitrary, { nil: null }));

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), details }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('upsert' as const),
      details,
      keep: fc.boolean(),
      fail: fc.boolean(),
      import: fc.option(fc.nat(1)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      who,
      change: fc.record({
        name: orNull(fc.constantFrom('Dee', 'Eva')),
        phone: orNull(fc.constantFrom(...PHONES)),
        email: orNull(fc.constantFrom(...EMAILS)),
      }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'restore' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('merge' as const, 'unmerge' as const), who, from: who }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reference' as const),
      who,
      ref: fc.constantFrom('1', '2'),
      state: fc.constantFrom('open' as const, 'closed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), import: fc.nat(1) }) },
);

/** The request of a command; null when there is nobody yet whom it could be about. */
export function requestOf(
  command: Command,
  ids: string[],
): [method: string, path: string, body?: object] | null {
  const id = (n: number) => ids[n % ids.length];
  if ('who' in command && ids.length === 0) return null;
  switch (command.do) {
    case 'create': {
      const { added_tags: tags, ...details } = command.details;
      return ['POST', '/customers', { ...details, tags }];
    }
    case 'upsert': {
      const { details, keep, fail, import: place } = command;
      const query = place === null ? '' : `?import_id=${IMPORTS[place]}`;
      return [
        'PUT',
        `/customers${query}`,
        { ...details, do_not_update: keep, on_conflict: fail ? 'fail' : null },
      ];
    }
    case 'update':
      return ['PATCH', `/customers/${id(command.who)}`, command.change];
    case 'delete':
      return ['DELETE', `/customers/${id(command.who)}`];
    case 'restore':
    case 'erase':
      return ['POST', `/customers/${id(command.who)}/${command.do}`];
    case 'merge':
    case 'unmerge':
      return ['POST', `/customers/${id(command.who)}/${command.do}`, { from: id(command.from) }];
    case 'reference':
      return [
        'PUT',
        `/customers/${id(command.who)}/references/booking/${command.ref}`,
        { state: command.state },
      ];
    case 'undo':
      return ['POST', `/imports/${IMPORTS[command.import]}/undo`];
  }
}

/** What the model expects of a command. */
export function expectationOf(model: Model, command: Command, ids: string[]): Expected {
  const id = (n: number) => ids[n % ids.length]!;
  switch (command.do) {
    case 'create':
      return model.create(command.details);
    case 'upsert': {
      const { details, keep, fail, import: place } = command;
      return model.upsert(details, { keep, fail, importId: place === null ? '' : IMPORTS[place]! });
    }
    case 'update':
      return model.update(id(command.who), command.change);
    case 'merge':
    case 'unmerge':
      return model[command.do](id(command.who), id(command.from));
    case 'reference':
      return model.reference(id(command.who), command.ref, command.state);
    case 'undo':
      return model.imports.has(IMPORTS[command.import]!)
        ? { status: 200 }
        : { status: 404, code: 'import_not_found' };
    default:
      return model[command.do](id(command.who));
  }
}

export const importOf = (place: number): string => IMPORTS[place]!;

/** Sends a command; null when there is nothing to send. */
export const sendCommand = async (send: Send, command: Command, ids: string[]): Promise<Answer | null> => {
  const request = requestOf(command, ids);
  return request && (await send(...request));
};
