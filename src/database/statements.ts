/** A file of SQL as the statements in it. */

/** Text in quotes, a comment, a word, the end of a statement, or any one character. */
const PIECE =
  /\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|[\w$]+|[\s\S]/gi;

/**
 * The statements of a file in order, without the semicolons between them; what holds comments alone is none. Knows
 * quotes, dollar quotes and comments; not comments within comments, nor bodies of functions between `begin atomic` and
 * `end`, which no migration needs.
 */
export function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let statement = '';
  let isEmpty = true;
  for (const [piece] of `${text};`.matchAll(PIECE)) {
    if (piece === ';') {
      if (!isEmpty) statements.push(statement.trim());
      statement = '';
      isEmpty = true;
      continue;
    }
    statement += piece;
    isEmpty &&= /^(\s|--|\/\*)/.test(piece);
  }
  return statements;
}
