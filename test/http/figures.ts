/** The figures of a service that has done a little of everything: what dashboards and alarms may ask for. */
import { beforeAll } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { connect, poolOf } from '../../src/database/connect.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { useService } from '../harness.ts';

export interface Figures {
  /** What /metrics answers, with what only a service with a replica has. */
  text: string;
  /** The labels of a figure with the values of each, of all its rows; null when there is no such figure. */
  labelsOf(name: string): Map<string, Set<string>> | null;
  /** What an expression selects by that no row of the figure can have: a panel that stays empty, an alarm that never comes. */
  unknownIn(expr: string): string[];
}

/** The figures in an expression of Prometheus that are the service's own. */
export const figuresIn = (expr: string): string[] =>
  [...expr.matchAll(/[a-z]\w*_\w+/g)]
    .map(([name]) => name)
    .filter((name) => /^(clientele|process|nodejs)_/.test(name));

/** The labels that an expression groups by. */
export const groupsIn = (expr: string): string[] =>
  [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list]) => list!.split(', '));

/** The labels that an expression groups by or selects by. */
export const labelsIn = (expr: string): string[] => [
  ...groupsIn(expr),
  ...[...expr.matchAll(/(\w+)(?:=~?|!=|!~)"/g)].map(([, label]) => label!),
];

/** What an expression selects by: the figure, the label, how they are compared, and with what. */
export const selectorsIn = (expr: string) =>
  [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, figure, inner]) =>
    [...inner!.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label, sign, value]) => ({
      figure: figure!,
      label: label!,
      isPattern: sign!.endsWith('~'),
      value: value!,
    })),
  );

export function useFigures(): Figures {
  const service = useService();
  const figures: Figures = { text: '', labelsOf, unknownIn };

  function labelsOf(name: string) {
    const rows = figures.text.split('\n').filter((line) => new RegExp(`^${name}(\\{| )`).test(line));
    if (rows.length === 0) return null;
    const labels = new Map<string, Set<string>>();
    for (const row of rows)
      for (const [, label, value] of row.matchAll(/(\w+)="([^"]*)"/g))
        labels.set(label!, (labels.get(label!) ?? new Set()).add(value!));
    return labels;
  }

  /** An operation that nobody has called yet has no row: those are known by the routes, and `other` is what none of them is. */
  function valuesOf(figure: string, label: string): string[] {
    const seen = labelsOf(figure)?.get(label) ?? [];
    return label === 'operation'
      ? [...service.server.routes.map(({ operationId }) => operationId), 'other']
      : [...seen];
  }

  function unknownIn(expr: string) {
    return selectorsIn(expr)
      .filter(({ figure }) => figuresIn(figure).length > 0)
      .flatMap(({ figure, label, isPattern, value }) => {
        const known = valuesOf(figure, label);
        // Each part of a pattern by itself: that one of them is known must not hide another.
        return (isPattern ? value.split('|') : [value])
          .filter((one) =>
            isPattern ? !known.some((value) => new RegExp(`^(?:${one})$`).test(value)) : !known.includes(one),
          )
          .map((one) => `${figure}: ${label} "${one}"`);
      });
  }

  beforeAll(async () => {
    const { send } = await service.business();
    const following = send('GET', '/events?after=latest&wait=5');
    await new Promise((done) => setTimeout(done, 100));
    await send('PUT', '/customers', { name: 'Ann', email: 'ann@clientele.test' });
    await following;
    await send('GET', '/nowhere');
    await send('GET', '/customers', undefined, { key: 'clt_x' });
    figures.text = (await service.send('GET', '//metrics')).text;
    const sql = connect(service.databaseUrl, { max: 2 });
    const opened = await openService(sql, { replica: sql });
    const isReady = async () => true;
    figures.text += await new Metrics({ ...opened, pool: () => poolOf(sql), isReady }).text();
    await sql.end();
  });
  return figures;
}
