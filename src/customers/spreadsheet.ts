/** Cells that survive a spreadsheet: nothing in them runs as a formula, and what goes out comes back as it was. Pure. */

/** A spreadsheet runs a cell that starts like this; an apostrophe before it makes it text. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const PHONE = /^\+\d[\d ]*$/;

/** A cell that no spreadsheet runs as a formula; a phone number such as +61 412 345 678 stays as it is. */
export const disarm = (cell: string): string => (FORMULA.test(cell) && !PHONE.test(cell) ? `'${cell}` : cell);

/** The cell as it was before `disarm`. */
export const rearm = (cell: string): string => (/^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell);
