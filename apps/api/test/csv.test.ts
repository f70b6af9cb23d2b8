import { assert, describe, it } from "@effect/vitest"
import { csvRecord } from "../src/export/csv.ts"

describe("a record of CSV", () => {
  it.each([
    [["a", "b"], "a,b\r\n"],
    [["a,b", 'c "d"', "e\r\nf"], '"a,b","c ""d""","e\r\nf"\r\n'],
    [["", "ä", "0049"], ",ä,0049\r\n"],
  ])("quotes what RFC 4180 asks for: %j", (cells, record) => {
    assert.strictEqual(csvRecord(cells), record)
  })

  it.each([
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "\tx",
    '=HYPERLINK("http://evil.example")',
    "\n=1",
    "＝1+1",
  ])("lets no spreadsheet take %j for a formula", (text) => {
    assert.match(csvRecord([text]), /^"?'/)
  })

  it("lets no spreadsheet take for a formula what stands behind a semicolon, where its cells end there", () => {
    assert.strictEqual(csvRecord(["a;=1+1;+49 151;@x;b"]), "a;'=1+1;+49 151;'@x;b\r\n")
  })

  it.each(["+49 151 2345678", "-5", "+49123456789", "-12.5", "(0151) 2"])(
    "leaves the number %j as it is",
    (text) => {
      assert.strictEqual(csvRecord([text]), `${text}\r\n`)
    },
  )
})
