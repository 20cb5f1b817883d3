/** The words of the import. */
import { plural } from './plural.ts';

export const imports = {
  title: 'Import',
  steps: {
    choose: 'Choose a file',
    match: 'Match the columns',
    check: 'Check',
    run: 'Import',
    result: 'Result',
  },
  stepOf: (n: number, of: number) => `Step ${n} of ${of}`,
  forbidden: 'This key may not change customers. Sign in with one that has the scope customers:write.',
  away: 'The service does not answer. It is asked again until it does; you can leave this page open.',
  unkept: 'This browser keeps nothing for this page. Do not reload it until the import is done.',
  rowsOf: (done: string, total: string) => `${done} of ${total} rows`,
  stop: 'Stop',
  goOn: 'Go on',
  back: 'Back to the columns',
  another: 'Import another file',
  stopped: 'It was stopped.',

  offer: {
    title: {
      match: 'An import is not finished',
      run: 'An import is not finished',
      result: 'The last import',
    },
    text: (name: string, done: string, step: 'match' | 'run' | 'result') =>
      step === 'run'
        ? `${name}: ${done} rows are imported. It goes on after them; nobody is made twice.`
        : step === 'result'
          ? `${name} was imported. Its result is still here, with the way to take it back.`
          : `${name}: your choice of columns is still here. Nothing was imported yet.`,
    goOn: { match: 'Go on', run: 'Go on importing', result: 'Show the result' },
    throwAway: 'Throw away',
    throwAwayHint: 'Throwing away forgets the file here. Customers that were imported stay.',
  },

  discard: {
    title: 'An import is not finished',
    begun: (name: string, done: string) =>
      `${name}: ${done} rows are imported, the rest is not. If it is thrown away it can not go on from there; the customers it imported stay.`,
    chosen: (name: string) =>
      `Your choice of columns for ${name}, and what you repaired in it, would be lost.`,
    keep: 'Keep it',
    throwAway: (name: string) => `Throw it away and take ${name}`,
  },

  recent: {
    title: 'Recent imports',
    name: (moment: string) => `Import of ${moment}`,
    some: 'One import',
    by: (name: string) => `with the key ${name}`,
    created: (n: string) => `${n} new`,
    updated: (n: string) => `${n} changed`,
    undone: (n: string) => `${n} taken back`,
    show: 'Show customers',
    showOf: (moment: string) => `Show customers of the import of ${moment}`,
    undo: 'Take back',
    undoOf: (moment: string) => `Take back the import of ${moment}`,
    undoTitle: (name: string) => `Take back the ${name.charAt(0).toLowerCase()}${name.slice(1)}?`,
    undoText:
      'Customers it made are deleted and can be restored; others become what they were before. Who was edited since is left alone.',
    undoing: (n: string) => `${n} gone through …`,
    done: (n: string, skipped: string, count: number) =>
      `${n} taken back.${count > 0 ? ` ${skipped} ${plural(count, 'was', 'were')} left alone: edited, deleted, merged or protected since.` : ''}`,
    more: 'Show more',
  },

  choose: {
    label: 'Choose a CSV file, or drop it here',
    hint: 'As a spreadsheet saves it: commas, semicolons or tabs, in any of the usual encodings. The first row names the columns. JSON lines (.ndjson, .jsonl) are read too.',
    drop: 'Drop the file here',
    safe: 'Nothing is written before you have seen what would happen. People who are there already are found by phone number and e-mail address and never made twice.',
    reading: (name: string) => `Reading ${name}`,
    rowsRead: (n: string) => `${n} rows`,
    tooLarge: 'The file is larger than 500 MB. Divide it, or import it with the command line.',
    wrongKind:
      'This is a workbook, not a CSV file. Open it in the spreadsheet program, save it as CSV and choose that file.',
    empty: (name: string) => `${name} has no rows below its first one. Choose a file with customers in it.`,
    unreadable: (name: string, why: string) =>
      `${name} ${why}. Nothing was imported. Mend the file and choose it again.`,
  },

  match: {
    lead: (rows: string, n: number, name: string) =>
      `${rows} ${plural(n, 'row', 'rows')} in ${name}. This is what becomes of each column.`,
    leadLines: (lines: string, n: number, name: string) =>
      `${lines} ${plural(n, 'line', 'lines')} in ${name}.`,
    column: 'Column of the file',
    samples: 'In the first rows',
    field: 'Becomes',
    fieldOf: (column: string) => `What the column ${column} becomes`,
    noSamples: 'empty',
    encodings: {
      'windows-1252':
        'It is not UTF-8; it was read as Western European text (Windows-1252), as older spreadsheets save it. See that accents are right.',
      'utf-16le': 'It was read as UTF-16, as spreadsheets save “Unicode text”.',
      'utf-16be': 'It was read as UTF-16, as spreadsheets save “Unicode text”.',
    } as Record<string, string>,
    delimiters: {
      ';': 'Its columns are separated by semicolons.',
      '\t': 'Its columns are separated by tabs.',
    } as Record<string, string>,
    loose: 'Its quotes do not follow the rules of CSV; they were read as they come.',
    lost: (n: string, count: number, sample: string) =>
      `In ${n} ${plural(count, 'row a spreadsheet has', 'rows a spreadsheet has')} shortened the phone number, to ${sample} and the like. The last digits are gone from the file: format the column as text in the spreadsheet and save again, type the numbers in the next step, or leave the column out.`,
    scientific: (n: string, count: number, sample: string) =>
      `In ${n} ${plural(count, 'row', 'rows')} the phone number is written like ${sample}. All its digits are there; it is read as a number.`,
    noContact:
      'No column is a phone number or an e-mail address. People are found by these: choose which column holds them.',
    location: 'Location',
    chooseLocation: 'Choose a location',
    locationHint: 'Where these customers belong',
    tag: 'Tag for everybody in the file',
    tagHint: 'Optional, e.g. fair-2026. It lists them later.',
    allowNoContact: 'Also take people without phone number and e-mail address',
    allowNoContactHint:
      'Nothing tells whether they are there already: each such row with a name or a company becomes a new customer, also when the file is imported a second time.',
    next: 'Check what would happen',
    lines: 'Each line names its fields itself: there are no columns to match.',
    line: 'What the first lines hold',
    linesLocation: 'As each line says',
    linesLocationHint: 'Chosen here, it counts for every line',
    fields: {
      name: 'Name',
      first_name: 'First name',
      last_name: 'Last name',
      company_name: 'Company',
      address: 'Address, or a part of it',
      email: 'E-mail address',
      phone: 'Phone number',
      tags: 'Tags',
      status: 'Status',
      source: 'Source',
      avatar: 'Picture (web address)',
      contacts: 'Contact details (JSON)',
      location_id: 'Location (id)',
      source_metadata: 'About the source (JSON)',
      all_custom_fields: 'Other fields (JSON)',
      ignore: 'Leave out',
    } as Record<string, string>,
    customField: (name: string) => `Other field: ${name}`,
  },

  check: {
    busy: 'Checking every row. Nothing is written.',
    done: 'Nothing was written yet. This is what would happen:',
    honest: 'People who stand in the file more than once are counted as new once, by their contact details.',
    problems: (n: number) =>
      `${plural(n, 'One row has', 'Some rows have')} a problem. Repair ${plural(n, 'it', 'them')} below, leave ${plural(n, 'it', 'them')} out, or import the others now: what does not get in is a file at the end.`,
    leaveAllOut: 'Leave out all rows with a problem',
    import: (n: string, count: number) => `Import ${n} ${plural(count, 'row', 'rows')}`,
    nothing: 'No row is left to import. Repair one, or choose another file.',
  },

  run: {
    busy: 'Importing. You may use the other pages meanwhile; a reload goes on from here.',
    paused: 'Stopped. What is imported stays; the rest can go on.',
    pace: (perSecond: string, left: string) => `${perSecond} rows a second, ${left} left`,
    left: (seconds: number) =>
      seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`,
    leaveIt: 'Leave it at that',
    tooLate: (n: number) =>
      `It was cut off more than 24 hours ago. ${n === 1 ? 'One of the next rows has' : `${n} of the next rows have`} neither phone number nor e-mail address: they may be there already and would be made twice. Leave it at that, see whom it made under “Show customers”, and import the rows that are missing as a file of their own.`,
  },

  result: {
    done: (rows: string, n: number) =>
      n === 1 ? 'The one row is accounted for.' : `All ${rows} rows are accounted for.`,
    partial: (done: string, rows: string) =>
      `${done} of ${rows} rows are accounted for; the import was stopped there.`,
    failures: (n: string, count: number) =>
      `Download the ${n} ${plural(count, 'row', 'rows')} that did not get in`,
    failuresHint: 'With the reason in a column. Mend them there and import that file.',
    list: (n: string, count: number) => `Show the ${n} ${plural(count, 'customer', 'customers')} it touched`,
    undo: 'Take the import back',
    undoTitle: 'Take this import back?',
    undoText: (n: string, count: number) =>
      `Customers it made are deleted and can be restored; others become what they were before. ${n} ${plural(count, 'record is', 'records are')} concerned. Who was edited since is left alone and named.`,
    undoForbidden: (id: string) => `A key that may delete can take it back: clientele undo ${id}`,
    undoing: 'Taking it back',
    undone: 'The import was taken back.',
    undoneSome: 'A part of the import was taken back. Go on with the rest.',
    account: {
      deleted: 'deleted again',
      restored: 'as they were before',
      undone_before: 'taken back earlier',
      skipped: 'left alone',
    },
    skipped: {
      edited_since: 'edited since the import',
      deleted_since: 'deleted since the import',
      merged_since: 'merged since the import',
      delete_blocked: 'kept by a delete rule',
    } as Record<string, string>,
    skippedTitle: 'Left alone, with the reason',
  },

  rows: {
    label: 'Rows of the file',
    row: 'Row',
    who: 'Customer',
    state: 'Outcome',
    details: 'Details',
    action: 'Action',
    all: 'All rows',
    states: {
      created: 'New',
      updated: 'Changed',
      unchanged: 'Unchanged',
      again: 'Again in the file',
      problem: 'Problem',
      left_out: 'Left out',
      waiting: 'Not reached',
    },
    none: 'No rows here.',
    fields: {
      name: 'Name',
      company_name: 'Company',
      address: 'Address',
      avatar: 'Picture',
      status: 'Status',
      email: 'E-mail',
      phone: 'Phone',
      contacts: 'Contact details',
      tags: 'Tags',
      source: 'Source',
      source_metadata: 'About the source',
      custom_fields: 'Other fields',
    } as Record<string, string>,
    noContact:
      'The row has no phone number and no e-mail address that this customer could be found by. Add one, or leave the row out.',
    change: (field: string, value: string) => `${field}: ${value}`,
    again: (row: number) => `Joined with row ${row}`,
    conflict: 'The details belong to two customers. One is updated; both are listed as possible duplicates.',
    leftOutReason: 'left_out: Left out by hand.',
    repair: 'Repair',
    repairRow: (row: number) => `Repair row ${row}`,
    leaveOut: 'Leave out',
    leaveOutRow: (row: number) => `Leave out row ${row}`,
    takeIn: 'Take in',
    takeInRow: (row: number) => `Take in row ${row}`,
    checkAgain: 'Check again',
    repaired: (row: number, state: string) => `Row ${row}: ${state.toLowerCase()}.`,
    stillWrong: (row: number, why: string) => `Row ${row} still has a problem: ${why}`,
    line: 'The line (JSON)',
    cells: 'The row has more cells than the first row of the file; the last field holds the rest.',
  },
};
