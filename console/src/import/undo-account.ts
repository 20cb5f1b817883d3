/** What became of an import that is taken back. Pure. */
export interface UndoAccount {
  deleted: number;
  restored: number;
  undone_before: number;
  skipped: { customer_id: string; reason: string }[];
  isComplete: boolean;
}

export const newUndoAccount = (): UndoAccount => ({
  deleted: 0,
  restored: 0,
  undone_before: 0,
  skipped: [],
  isComplete: false,
});

/** The account with one more answer of the service. */
export const withAnswer = (
  account: UndoAccount,
  answer: Omit<UndoAccount, 'isComplete'> & { next_cursor: string | null },
): UndoAccount => ({
  deleted: account.deleted + answer.deleted,
  restored: account.restored + answer.restored,
  undone_before: account.undone_before + answer.undone_before,
  skipped: [...account.skipped, ...answer.skipped],
  isComplete: answer.next_cursor === null,
});
