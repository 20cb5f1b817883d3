/** The undo of an import, step by step, and the account of it. */
import { type Patience, undoSome } from './send.ts';

export interface UndoAccount {
  deleted: number;
  restored: number;
  undone_before: number;
  skipped: { customer_id: string; reason: string }[];
  isComplete: boolean;
}

const newUndoAccount = (): UndoAccount => ({
  deleted: 0,
  restored: 0,
  undone_before: 0,
  skipped: [],
  isComplete: false,
});

/** The account with one more answer of the service. */
const withAnswer = (
  account: UndoAccount,
  answer: Omit<UndoAccount, 'isComplete'> & { next_cursor: string | null },
): UndoAccount => ({
  deleted: account.deleted + answer.deleted,
  restored: account.restored + answer.restored,
  undone_before: account.undone_before + answer.undone_before,
  skipped: [...account.skipped, ...answer.skipped],
  isComplete: answer.next_cursor === null,
});

/** Takes an import back, some hundred records at a time. Throws what `undoSome` throws. */
export async function takeBack(
  importId: string,
  patience: Patience,
  onProgress: (account: UndoAccount) => void,
): Promise<UndoAccount> {
  let account = newUndoAccount();
  for (let cursor: string | null = null; !account.isComplete; ) {
    const answer: Awaited<ReturnType<typeof undoSome>> = await undoSome(importId, cursor, patience);
    cursor = answer.next_cursor;
    account = withAnswer(account, answer);
    onProgress(account);
    patience.signal.throwIfAborted();
  }
  return account;
}
