/** How far a change to many is, at the foot of every page; and afterwards who was left as they were, and why. */
import { Link } from '@tanstack/react-router';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { Left } from './bulk.ts';
import { showLeft, stopWork, useWork } from './work.ts';

const words = strings.bulk;
/** So many of one reason are named; the number of all is said. */
const NAMED = 100;

export const BAR =
  'fixed inset-x-0 bottom-4 z-20 mx-auto flex w-fit max-w-[calc(100vw-2rem)] flex-wrap items-center gap-2 rounded-2xl border border-line bg-surface p-2 shadow-raised';

export function WorkBar() {
  const { work, left } = useWork();
  return (
    <>
      {work && (
        <section aria-label={words.label} aria-busy="true" className={BAR}>
          <p className="numeric px-2 py-1.5">
            {words.doing[work.verb]}: {words.working(formatNumber(work.done), formatNumber(work.all))}
          </p>
          <progress
            aria-label={words.doing[work.verb]}
            className="h-2 w-32 accent-accent"
            max={work.all}
            value={work.done}
          />
          <Button weight="quiet" disabled={work.isStopping} onClick={stopWork}>
            {work.isStopping ? words.stopping : words.stop}
          </Button>
        </section>
      )}
      {left && <LeftDialog left={left} />}
    </>
  );
}

function LeftDialog({ left }: { left: Left[] }) {
  const close = () => showLeft(null);
  const reasons = new Map<string, Left[]>();
  for (const one of left) {
    const known = reasons.get(one.reason);
    if (known) known.push(one);
    else reasons.set(one.reason, [one]);
  }
  return (
    <Dialog title={words.leftTitle(formatNumber(left.length), left.length)} onClose={close}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <section className="max-h-[50vh] overflow-y-auto" tabIndex={0} aria-label={words.which}>
        {[...reasons].map(([reason, of]) => (
          <section key={reason} className="mb-4">
            <h3 className="text-sm text-muted">
              <span className="numeric font-medium text-ink">{formatNumber(of.length)}</span> · {reason}
            </h3>
            <ul className="mt-1">
              {of.slice(0, NAMED).map(({ id, name }) => (
                <li key={id}>
                  <Link
                    to="/customers/$id"
                    params={{ id }}
                    preload={false}
                    className="block truncate rounded-md px-2 py-1 hover:bg-sunken"
                    onClick={close}
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
            {of.length > NAMED && (
              <p className="numeric px-2 py-1 text-sm text-muted">
                {words.andMore(formatNumber(of.length - NAMED))}
              </p>
            )}
          </section>
        ))}
      </section>
      <div className="mt-6 flex justify-end">
        <Button onClick={close}>{strings.close}</Button>
      </div>
    </Dialog>
  );
}
