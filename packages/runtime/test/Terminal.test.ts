import { assert, describe, it } from "@effect/vitest"
import { oneLine } from "@lead-gateway/document-check"
import * as Terminal from "@lead-gateway/runtime/terminal"
import { Schema } from "effect"

const { printable } = Terminal

describe("printable", () => {
  it.each([
    ["\u001b]0;title\u0007", String.raw`\u001b]0;title\u0007`],
    ["\u001b[2J\u009b2J", String.raw`\u001b[2J\u009b2J`],
    ["a\rb\b\u007f\u0000", String.raw`a\u000db\u0008\u007f\u0000`],
    ["\u202eabc\u2066\u061c", String.raw`\u202eabc\u2066\u061c`],
    ["66\u200b123\ufeff", String.raw`66\u200b123\ufeff`],
    ["\u{e0041}", String.raw`\udb40\udc41`],
    ["a\u2028b\u0085c", String.raw`a\u2028b\u0085c`],
  ])("shows %j by its codes", (text, shown) => {
    assert.strictEqual(printable(text), shown)
    assert.strictEqual(printable(text, { styled: true }), shown)
  })

  it("keeps lines and tabs, and styles of its own where they are asked for", () => {
    const text = "\u001b[1mname\u001b[22m\n\t\u001b[32mok\u001b[39m\n"
    assert.strictEqual(printable(text, { styled: true }), text)
    assert.strictEqual(printable("a\n\tb\n"), "a\n\tb\n")
    assert.strictEqual(printable("\u001b[1mname\u001b[22m\n"), `${String.raw`\u001b[1mname\u001b[22m`}\n`)
  })

  it.each(["\u001b[8m", "\u001b[5m", "\u001b[48;5;1m", "\u001b[1;8m", "\u001b[01m", "\u001b[m", "\u001b[1A"])(
    "keeps no other sequence, such as %j, which hides or moves text",
    (sequence) => {
      assert.notInclude(printable(`a${sequence}b`, { styled: true }), "\u001b")
    },
  )

  it.prop("prints nothing that is not seen, and JSON of the same value", [Schema.String], ([text]) => {
    assert.match(printable(text), /^[\n\t\P{C}]*$/u)
    const json = JSON.stringify({ [text]: text })
    assert.deepStrictEqual<unknown>(JSON.parse(printable(json)), { [text]: text })
    assert.strictEqual(printable(printable(text)), printable(text))
    const line = text.replaceAll(/[\n\t]/g, " ")
    assert.strictEqual(printable(line), oneLine(line))
  })

  it.each(["1\ufe0f\u20e3 #\ufe0f\u20e3", "❤️‍🔥 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", 'Zoe\u0308 \u0301 "\u0301', "हिन्दी עברית 東京"])(
    "shows %s as oneLine does",
    (text) => {
      assert.strictEqual(printable(text), oneLine(text))
    },
  )

  it("is done with four megabytes at once", () => {
    const text = `${JSON.stringify({ name: "Zoë \u202e".repeat(100) })}\n`.repeat(4000)
    const before = process.cpuUsage()
    printable(text)
    // Processor time: a busy machine may take any time.
    assert.isBelow(process.cpuUsage(before).user / 1000, 3000)
  })
})
