/** The import of a file in five steps: choose, match, check, import, result. */
import { useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { changeSession, type SignedIn, useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Problem } from '../ui/problem.tsx';
import { CheckStep } from './check-step.tsx';
import { ChooseStep } from './choose-step.tsx';
import { forgetRecords } from './imports-query.ts';
import { type Step, useImport } from './job.ts';
import { MatchStep } from './match-step.tsx';
import { Note } from './note.tsx';
import { ResultStep } from './result-step.tsx';
import { RunStep } from './run-step.tsx';

const words = strings.import;
const STEPS: Step[] = ['choose', 'match', 'check', 'run', 'result'];

export function ImportPage() {
  const session = useSession();
  return session.may('customers:write') ? (
    <Import session={session} />
  ) : (
    <Problem title={strings.errors.title} text={words.forbidden} />
  );
}

function Import({ session }: { session: SignedIn }) {
  const job = useImport();
  const queries = useQueryClient();
  const { location } = useSearch({ strict: false });
  const heading = useRef<HTMLHeadingElement>(null);
  const owner = `${session.business.id} ${session.key.id}`;
  const { step, isSessionOver, activity } = job;
  useEffect(() => void job.enter(owner), [job, owner]);
  useEffect(() => {
    document.title = `${words.title} · ${session.business.name}`;
  }, [session.business.name]);
  useEffect(() => {
    if (!isSessionOver) return;
    job.isSessionOver = false;
    changeSession(queries, null);
  }, [isSessionOver, job, queries]);
  // Records on the other pages are no longer what they were.
  const wasRunning = useRef(false);
  useEffect(() => {
    if (wasRunning.current && activity !== 'running') void forgetRecords(queries);
    wasRunning.current = activity === 'running';
  }, [activity, queries]);
  // The next step is read from its beginning.
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    heading.current?.focus();
  }, [step]);
  if (job.owner !== owner || !job.isReady) return <div className="skeleton m-6 h-8 w-40" />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-6xl flex-col gap-5 px-4 py-6 sm:px-6">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
          <h1
            ref={heading}
            tabIndex={-1}
            className="text-2xl font-semibold tracking-tight"
            aria-describedby="import-step"
          >
            {words.title}
          </h1>
          <p id="import-step" className="text-sm text-muted sm:sr-only">
            {words.stepOf(STEPS.indexOf(step) + 1, STEPS.length)}: {words.steps[step]}
          </p>
          <ol className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm max-sm:hidden">
            {STEPS.map((one, i) => (
              <li
                key={one}
                aria-current={one === step ? 'step' : undefined}
                className="flex items-center gap-1.5 text-muted aria-[current=step]:font-semibold aria-[current=step]:text-accent"
              >
                <span className="numeric inline-flex size-6 items-center justify-center rounded-full border border-current text-xs">
                  {i + 1}
                </span>
                {words.steps[one]}
              </li>
            ))}
          </ol>
        </div>
        {job.isUnkept && <Note tone="warn">{words.unkept}</Note>}
        {job.trouble && <Note tone="danger">{job.trouble}</Note>}
        {job.waiting && <Note tone="warn">{job.waiting}</Note>}
        {step === 'choose' && <ChooseStep job={job} location={location} />}
        {step === 'match' && <MatchStep job={job} />}
        {step === 'check' && <CheckStep job={job} />}
        {step === 'run' && <RunStep job={job} />}
        {step === 'result' && <ResultStep job={job} />}
      </div>
    </div>
  );
}
