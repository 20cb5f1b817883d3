/** What went wrong and what to do about it, in place of the page. */
import type { ReactNode } from 'react';
import { Failure, messageOf } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button } from './button.tsx';

export function Problem({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-start gap-3 px-6 py-16">
      <h1 className="text-xl font-semibold text-balance">{title}</h1>
      <p className="text-muted">{text}</p>
      {children}
    </div>
  );
}

/** The error of a request or of the page itself, with the way on. */
export function ErrorProblem({ error, retry }: { error: unknown; retry?: () => void }) {
  const id = error instanceof Failure ? error.requestId : null;
  return (
    <Problem title={strings.errors.title} text={messageOf(error)}>
      <Button weight="primary" onClick={() => (retry ? retry() : location.reload())}>
        {retry ? strings.retry : strings.errors.reload}
      </Button>
      {id && (
        <p className="text-sm text-muted">
          {strings.errors.requestId} <code>{id}</code>
        </p>
      )}
    </Problem>
  );
}
