/** CSV as RFC 4180 has it, for spreadsheets. */

/**
 * One record, with its line end. A cell with a comma, a quotation mark or a line break is quoted. One that a spreadsheet would
 * take for a formula gets an apostrophe in front (OWASP, "CSV injection"), also behind a `;`, at which spreadsheets of many countries
 * begin a new cell; numbers and phone numbers stay as they are.
 *
 * Example: `["a", 'b "c"', "=1+1", "+49 151"]` is `a,"b ""c""",'=1+1,+49 151` and CRLF.
 */
export const csvRecord = (cells: ReadonlyArray<string>): string => `${cells.map(cellOf).join(",")}\r\n`

const cellOf = (text: string): string => {
  const safe = text.replaceAll(/[^;]+/g, (part) => (isFormula(part) ? `'${part}` : part))
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const isFormula = (text: string): boolean =>
  /^[=@\t\r\n＝＠＋－]/.test(text) || (/^[+-]/.test(text) && !/^[+-][\d\s()./-]*$/.test(text))
