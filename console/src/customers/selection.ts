/** Who is chosen in the list: some, or all that match. Another search begins with nobody. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type ListQuery, messageOf } from '../api.ts';
import { tell } from '../ui/notice.tsx';
import { type Chosen, everybody } from './bulk.ts';
import type { Choice } from './customer-table.tsx';

export function useSelection(query: ListQuery) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Chosen>>(new Map());
  const [isAll, setAll] = useState(false);
  const [gathering, setGathering] = useState<number | null>(null);
  const walk = useRef<AbortController>(null);

  const clear = useCallback(() => {
    walk.current?.abort();
    setChosen(new Map());
    setAll(false);
    setGathering(null);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who was chosen may not be among those found now
  useEffect(() => clear, [query]);

  const isGathering = gathering !== null;
  const choice = useMemo((): Choice => {
    const chooseAll = async () => {
      const walking = new AbortController();
      walk.current = walking;
      setGathering(0);
      try {
        const found = await everybody(query, setGathering, walking.signal);
        setChosen(new Map(found.map((one) => [one.id, one])));
        setAll(true);
      } catch (error) {
        if (!walking.signal.aborted) tell({ text: messageOf(error), isError: true });
      } finally {
        if (walk.current === walking) setGathering(null);
      }
    };
    return {
      isAll: isAll || isGathering,
      has: (id) => chosen.has(id),
      toggle: (customer) => {
        setAll(false);
        setChosen((known) => {
          const next = new Map(known);
          if (!next.delete(customer.id)) next.set(customer.id, customer);
          return next;
        });
      },
      toggleAll: () => {
        if (isAll || isGathering) clear();
        else void chooseAll();
      },
    };
  }, [chosen, isAll, isGathering, query, clear]);
  return { choice, chosen: useMemo(() => [...chosen.values()], [chosen]), gathering, clear };
}
