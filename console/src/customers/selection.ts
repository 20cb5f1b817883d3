/** Who is chosen in the list: some, a range, or all that match. Another search begins with nobody. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Customer, type ListQuery, messageOf } from '../api.ts';
import { tell } from '../ui/notice.tsx';
import { type Chosen, chosenOf } from './bulk.ts';
import type { Choice } from './customer-row.tsx';
import { everybody } from './everybody.ts';
import type { Rows } from './list-pages.ts';

const NOBODY: ReadonlyMap<string, Chosen> = new Map();

export function useSelection(query: ListQuery, between: Rows['between']) {
  const [chosen, setChosen] = useState(NOBODY);
  const [isAll, setAll] = useState(false);
  /** How many were gathered so far, while many are being chosen. */
  const [gathering, setGathering] = useState<number | null>(null);
  const walk = useRef<AbortController>(null);
  /** Where a range begins: at the row that was chosen last. */
  const anchor = useRef<number>(null);

  const clear = useCallback(() => {
    walk.current?.abort();
    anchor.current = null;
    setChosen(NOBODY);
    setAll(false);
    setGathering(null);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who was chosen may not be among those found now
  useEffect(() => clear, [query]);

  const isGathering = gathering !== null;
  /** Gathers many, unless somebody thinks better of it meanwhile. */
  const gather = useCallback(
    async (work: (signal: AbortSignal) => Promise<Chosen[]>, add: (found: Chosen[]) => void) => {
      walk.current?.abort();
      const walking = new AbortController();
      walk.current = walking;
      setGathering(0);
      try {
        const found = await work(walking.signal);
        if (!walking.signal.aborted) add(found);
      } catch (error) {
        if (!walking.signal.aborted) tell({ text: messageOf(error), isError: true });
      } finally {
        if (walk.current === walking) setGathering(null);
      }
    },
    [],
  );
  const toggle = useCallback(
    (index: number, customer: Customer, isRange: boolean) => {
      const from = isRange ? anchor.current : null;
      anchor.current = index;
      setAll(false);
      const change = (apply: (next: Map<string, Chosen>) => void) =>
        setChosen((known) => {
          const next = new Map(known);
          apply(next);
          return next;
        });
      if (from === null) {
        change((next) => {
          if (!next.delete(customer.id)) next.set(customer.id, chosenOf(customer));
        });
        return;
      }
      const [low, high] = [Math.min(from, index), Math.max(from, index)];
      void gather(
        async (signal) => (await between(low, high, setGathering, signal)).map(chosenOf),
        (found) =>
          change((next) => {
            for (const one of found) next.set(one.id, one);
          }),
      );
    },
    [between, gather],
  );
  const choice = useMemo(
    (): Choice => ({
      isAll: isAll || isGathering,
      has: (id) => chosen.has(id),
      toggle,
      toggleAll: () => {
        if (isAll || isGathering) return clear();
        void gather(
          (signal) => everybody(query, setGathering, signal),
          (found) => {
            setChosen(new Map(found.map((one) => [one.id, one])));
            setAll(true);
          },
        );
      },
    }),
    [chosen, isAll, isGathering, query, clear, toggle, gather],
  );
  return { choice, chosen: useMemo(() => [...chosen.values()], [chosen]), gathering, clear };
}
