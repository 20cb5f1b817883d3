/** What stands above the rows of a file, before the import and after it: a sentence, and how many rows came to what. */
import type { ReactNode } from 'react';
import { Counts, type Shown } from './counts.tsx';
import type { ImportJob } from './job.ts';

interface Props {
  job: ImportJob;
  /** What is the case, also for those who only hear. */
  children: ReactNode;
  /** What belongs to the sentence. */
  aside?: ReactNode;
  shown: Shown;
  onShow: (shown: Shown) => void;
}

export function OutcomeHead({ job, children, aside, shown, onShow }: Props) {
  return (
    <>
      <p role="status">{children}</p>
      {aside}
      <Counts
        counts={job.counts()}
        total={job.rows.length}
        shown={shown}
        onShow={onShow}
        always={['created', 'updated', 'unchanged', 'problem']}
      />
    </>
  );
}
